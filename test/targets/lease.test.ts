import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimPorts, cleanDeadRuns, Lease, leaseFolder } from '../../targets/lease.ts';
import { identify, isAlive } from '../../targets/process-identity.ts';
import { lacks } from '../available.ts';

const before = process.env.TMPDIR;
let folder = '';
let root = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  process.env.TMPDIR = folder;
  root = join(folder, `hitless-${userInfo().uid}`);
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true });
});

test('the folder is ours alone', () => {
  expect(leaseFolder()).toBe(join(root, 'leases'));
});

// Clusters run containers as users that no /etc/passwd knows. To become one it takes root.
test.skipIf(lacks('root'))('a user without a name has one too', () => {
  chmodSync(folder, 0o777);
  const lease = JSON.stringify(join(import.meta.dirname, '../../targets/lease.ts'));
  const program = `const { leaseFolder } = await import(${lease}); process.setuid(54321); process.stdout.write(leaseFolder());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: join(folder, 'hitless-54321/leases'), stderr: '' });
});

test('a folder that others can write to, a link or a file in its place is refused', () => {
  const refused = expect.objectContaining({ code: 'HITLESS_LEASE_FOLDER', blame: 'environment' });
  const attempt = () => {
    try {
      return leaseFolder();
    } catch (error) {
      return error;
    }
  };
  mkdirSync(root);
  chmodSync(root, 0o777);
  expect(attempt()).toEqual(refused);
  rmSync(root, { recursive: true });
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, root);
  expect(attempt()).toEqual(refused);
});

test('two runs never have the same block of ports; it is free again when the lease is given back', () => {
  const [one, other] = [new Lease('one'), new Lease('other')];
  expect(claimPorts('one', 3)).toBe(true);
  expect(claimPorts('other', 3)).toBe(false);
  one.release();
  expect(claimPorts('other', 3)).toBe(true);
  other.release();
});

test('garbage among the leases harms nobody, and ports of nobody are released', async () => {
  writeFileSync(join(leaseFolder(), 'garbage.json'), '{"runId": 1');
  writeFileSync(join(leaseFolder(), 'other.json'), '[]');
  claimPorts('long-gone', 5);
  expect(await cleanDeadRuns()).toEqual([]);
  expect(claimPorts('somebody', 5)).toBe(true);
});

test('a process is known by its start, not by its pid alone', () => {
  const self = identify(process.pid);
  expect(self !== undefined && isAlive(self)).toBe(true);
  expect(isAlive({ pid: process.pid, start: 'another time' })).toBe(false);
  expect(identify(2 ** 30)).toBeUndefined();
});
