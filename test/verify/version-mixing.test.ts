import { expect, test, vi } from 'vitest';
import type { Result } from '../../record/result.ts';
import { deploy, type Service, startService, verify } from './service.ts';

vi.setConfig({ testTimeout: 180_000 });

/** What is said of versions around a command that deploys v2. */
async function versionsOf(service: Service): Promise<{ said: Result['checks'][number] | undefined; stdout: string }> {
  const flags = ['--identity.version', 'header:x-version', '--rate', '50', '--baseline', '2s', '--after', '3s'];
  const { code, stdout, result } = await verify(service, deploy(service, 'v2'), flags).judged;
  expect(code, result.reasons.join('\n')).toBe(0);
  return { said: result.checks.find(({ name }) => name === 'version-mixing'), stdout };
}

test('tells that the old version alone answered before the command, and the new one alone in the end', async () => {
  const { said, stdout } = await versionsOf(await startService());
  expect(said).toMatchObject({ verdict: 'pass', asked: false });
  expect(said?.message).toMatch(/^Before "run node .*" only v1 answered, in the end only v2, \d+ times: /s);
  expect(stdout).toContain('✓ version-mixing');
});

test('an old version that stays beside the new one, as a canary does, is neither told gone nor held against it', async () => {
  const service = await startService();
  let nth = 0;
  service.interfere = (_, response) => {
    if (service.version === 'v1' || nth++ % 4 > 0) return false;
    response.writeHead(200, { 'x-version': 'v1' }).end('ok');
    return true;
  };
  const { said } = await versionsOf(service);
  expect(said).toMatchObject({ verdict: 'not-applicable' });
  expect(said?.message).toMatch(/came from v2 after the last of v1; that none is left of v1 takes \d+ to tell\.$/);
});
