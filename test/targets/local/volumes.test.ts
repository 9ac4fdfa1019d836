import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { lacks } from '../../available.ts';
import { type Deployed, test } from '../deployed.ts';
import { readBoth, withVolumes, writeBoth } from '../with-volumes.ts';

function only({ target }: Deployed): string {
  const running = target.state().replicas.filter(({ phase }) => phase === 'running');
  expect(running).toHaveLength(1);
  return running[0]?.pod ?? '';
}

async function sh(app: Deployed, script: string): Promise<string> {
  const { stdout, stderr } = await app.target.exec(only(app), ['sh', '-c', script]);
  return stdout + stderr;
}

async function answer({ target }: Deployed): Promise<unknown> {
  const route = await target.route();
  const [endpoint] = route.kind === 'choice' ? route.endpoints() : [];
  return (await fetch(`http://${endpoint?.host}:${endpoint?.port}`)).json();
}

describe.skipIf(lacks('volumes'))('volumes', () => {
  test('a claim outlives its pods, an emptyDir its containers', async ({ deploy }) => {
    const app = await deploy(withVolumes);
    await sh(app, writeBoth);
    expect(await sh(app, readBoth)).toBe('a\n-\na\n');

    await app.target.kill('app', {});
    await app.until('started again', () =>
      app.target.state().replicas.some(({ restarts, ready }) => restarts === 1 && ready),
    );
    expect(await sh(app, readBoth)).toBe('a\n-\na\n');

    const first = only(app);
    await app.target.rollout('app', 'test/app:v2');
    await app.complete();
    expect(only(app)).not.toBe(first);
    expect(await sh(app, readBoth)).toMatch(/^a\n-\n.*No such file/);
  });

  test('a replica sees them and the rest as it was, nobody else sees them, and nothing is left', async ({ deploy }) => {
    const app = await deploy(withVolumes);
    expect(await sh(app, 'cat /etc/hitless-test/greeting')).toBe('costs $5 $(PORT)');
    expect(await sh(app, 'echo x > /etc/hitless-test/greeting')).toMatch(/Read-only/);
    expect(await sh(app, 'pwd; ls app.ts')).toMatch(/test\/targets\napp\.ts\n$/);
    expect(await answer(app)).toMatchObject({ env: 'costs $5 $(PORT)', pid: 1 });

    await sh(app, writeBoth);
    expect(existsSync('/hitless-test')).toBe(false);
    expect(existsSync('/etc/hitless-test')).toBe(false);
    expect(existsSync(join(app.folder, 'volumes', 'claims', 'kept', 'log'))).toBe(true);
    await app.target.cleanup();
    expect(existsSync(join(app.folder, 'volumes'))).toBe(false);
  });
});

test('a volume that only a cluster has is refused with its place, unless nobody mounts it', async ({ describeApp }) => {
  const volumes = [{ name: 'kept', hostPath: { path: '/tmp' } }];
  const mounts = [{ name: 'kept', mountPath: '/kept' }];
  await expect(
    describeApp({ pod: { volumes }, container: { volumeMounts: mounts } }).target.prepare(),
  ).rejects.toMatchObject({
    code: 'HITLESS_LOCAL_UNSUPPORTED',
    message: expect.stringMatching(/local and docker do not do hostPath volumes, only/),
    location: { line: expect.any(Number) },
  });
  await describeApp({ pod: { volumes } }).target.prepare();
});
