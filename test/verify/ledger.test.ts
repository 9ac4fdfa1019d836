import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startCli } from '../e2e/run-cli.ts';
import { deploy, startServiceAndFolder, verify } from './service.ts';

vi.setConfig({ testTimeout: 180_000 });

const earlier = 'of-an-earlier-run\n';

test('verify holds the ledger of the app against its record, and what an earlier run left there does not count', async () => {
  const { service, folder } = await startServiceAndFolder();
  const ledger = join(folder, 'ledger');
  writeFileSync(ledger, earlier);
  service.interfere = ({ headers }) => {
    const id = headers['x-hitless-id'];
    if (id !== undefined) appendFileSync(ledger, `${id}\n`);
    return false;
  };
  const { code, result } = await verify(service, deploy(service, 'v2'), ['--ledger', ledger]).judged;
  expect(result.verdict, result.reasons.join('\n')).toBe('pass');
  expect(code).toBe(0);
  expect(result.ledger?.strangers).toBe(0);
  expect(result.ledger?.lanes.map(({ lane, twice, okUnhandled }) => [lane, twice, okUnhandled])).toEqual([
    ['fresh', 0, 0],
    ['kept', 0, 0],
  ]);
  for (const { sent, handled } of result.ledger?.lanes ?? []) expect(handled).toBe(sent);
});

test('a ledger to which nobody writes neither excuses nor accuses lanes that see their losses', async () => {
  const { service, folder } = await startServiceAndFolder();
  const ledger = join(folder, 'ledger');
  writeFileSync(ledger, earlier);
  const good = await verify(service, deploy(service, 'v2'), ['--ledger', ledger]).judged;
  expect(good.code).toBe(0);
  expect(good.result.ledger).toMatchObject({ entries: 0, strangers: 0 });
  for (const { sent, handled, okUnhandled } of good.result.ledger?.lanes ?? [])
    expect([handled, okUnhandled]).toEqual([0, sent]);
  const bad = await verify(service, deploy(service, 'v3', 2), ['--ledger', ledger]).judged;
  expect(bad.code).toBe(1);
});

test('a config names one beside it; a flag wins, and one that is not there is told where it was said', async () => {
  const { service, folder } = await startServiceAndFolder();
  writeFileSync(join(folder, 'hitless.config.yml'), 'ledger: books\n');
  const dryRun = (...flags: string[]) =>
    startCli(['verify', '--url', service.url, '--dry-run', ...flags, '--', 'true'], { cwd: folder }).end;
  const { code, stderr } = await dryRun();
  expect(stderr).toMatch(/^hitless\.config\.yml:1:9: ledger: there is no file ".*books"\n/);
  expect(code).toBe(2);
  expect((await dryRun('--ledger', 'none')).stderr).toMatch(/^--ledger: there is no file ".*none"\n/);
  writeFileSync(join(folder, 'books'), '');
  expect(await dryRun()).toMatchObject({ code: 0, stderr: '' });
});
