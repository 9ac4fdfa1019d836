import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const script = join(import.meta.dirname, 'cluster');

/** With a state of its own, which is not there: nothing of a cluster that runs is touched. */
function call(words: string[], env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-cluster-test-'));
  try {
    return spawnSync(script, words, {
      env: { ...process.env, HITLESS_THROWAWAY_MACHINE: '', CLUSTER_STATE: join(folder, 'state'), ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('up does nothing to a machine that nobody called a throw-away one', () => {
  const { status, stderr } = call(['up', '3']);
  expect(status).toBe(1);
  expect(stderr).toContain(process.getuid?.() === 0 ? 'set HITLESS_THROWAWAY_MACHINE=1' : 'needs root');
  expect(stderr).not.toContain('installing');
});

test('down leaves a folder alone that it did not make', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-not-a-cluster-'));
  try {
    call(['down'], { CLUSTER_STATE: folder });
    expect(existsSync(folder)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.lock`, { force: true });
  }
});

test('without a word it says what it does to a machine, and what else it can do', () => {
  const { status, stdout } = call([]);
  expect(status).toBe(2);
  expect(stdout).toContain('FOR THROW-AWAY MACHINES ONLY');
  for (const word of ['up [N]', 'down', 'status', 'env', 'node-stop N', 'node-start N', 'api-pause S'])
    expect(stdout).toContain(`cluster ${word}`);
});

test.each([
  [['up', '0'], '1 to 9 nodes'],
  [['node-stop', '1'], 'no node'],
  [['api-pause', 'soon'], 'for how many seconds'],
])('a word that is wrong is told: %s', (words, said) => {
  const { status, stderr } = call(words);
  expect(status).toBe(1);
  expect(stderr).toContain(said);
});

test('what is not up is down', () => {
  expect(call(['status']).stdout.trim()).toBe('down');
});
