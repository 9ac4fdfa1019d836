import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lacks } from '../available.ts';
import { scratch } from '../e2e/run-cli.ts';
import type { Resolved } from './with-resolver.ts';

test.skipIf(lacks('mountns'))('a resolver that stalls is the phase resolve, and holds up nothing else', () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, 'nameserver 127.0.0.153\noptions timeout:20 attempts:1\n');
  const script = join(import.meta.dirname, 'with-resolver.ts');
  const command = `mount --bind ${file} /etc/resolv.conf && exec ${process.execPath} ${script}`;
  const { stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', command], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  expect(stderr).toBe('');
  const { rows, held, questions, durationMs } = JSON.parse(stdout) as Resolved;

  // What was due while it stalled went to wait, each for as long as a connection may take.
  const due = rows.filter(({ readyUs }) => readyUs > held.fromUs && readyUs < held.toUs);
  expect(due.length).toBeGreaterThan(30);
  const failed = rows.filter(({ outcome }) => outcome !== 'ok');
  expect(failed.length).toBeGreaterThan(10);
  for (const row of failed) {
    expect(row).toMatchObject({ outcome: 'timeout', phase: 'resolve', detail: 'not within 1000 ms', handled: 'no' });
    expect(row.address).toBe(null);
    expect(row.resolveUs).toBeGreaterThanOrEqual(1_000_000);
  }
  // What had waited for less when the answer came is good; how long it had waited is no part of its way.
  const waited = rows.filter(({ outcome, resolveUs }) => outcome === 'ok' && resolveUs !== null);
  expect(waited.length).toBeGreaterThan(1);
  for (const { resolveUs, readyUs, sentUs } of waited) expect(resolveUs).toBeLessThanOrEqual(sentUs - readyUs);
  // Everybody else had the answer of the last second.
  expect(rows.some(({ outcome, resolveUs }) => outcome === 'ok' && resolveUs === null)).toBe(true);
  expect(questions).toBeGreaterThan(1);
  expect(questions).toBeLessThan(2 + durationMs / 1000);

  const hosts = rows.filter(({ outcome }) => outcome === 'ok').map(({ address }) => address?.split(':')[0]);
  for (const host of ['127.0.0.1', '127.0.0.2'])
    expect(hosts.filter((one) => one === host).length / hosts.length).toBeGreaterThan(0.2);
});
