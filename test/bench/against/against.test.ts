import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { descendantsOf, scratch, stillAlive } from '../../e2e/run-cli.ts';
import { readKept } from './kept.ts';
import { trialOf } from './trials.ts';

vi.setConfig({ testTimeout: 180_000 });

const script = join(import.meta.dirname, '../against.ts');

function start(...words: string[]) {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const end = Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code]]) => ({ stdout, stderr, code: code as number | null }),
  );
  return { child, pid: child.pid as number, end };
}

/** Two servers and hitless, once all of them run. */
async function childrenOf(pid: number) {
  await vi.waitFor(() => expect(descendantsOf(pid)).toHaveLength(3), { timeout: 60_000, interval: 20 });
  return descendantsOf(pid);
}

const foldersOf = (pid: number) => readdirSync(tmpdir()).filter((name) => name.startsWith(`hitless-trial-${pid}-`));

test('trials outlast a kill and Ctrl-C, and go on with the next seed', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'kept.ndjson');
  const before = `${JSON.stringify(trialOf())}\n`;
  writeFileSync(file, before);
  const words = ['--kind', 'identical', '--seconds', '10', '--keep', file];

  const killed = start(...words, '--trials', '2');
  const orphans = await childrenOf(killed.pid);
  onTestFinished(() => {
    for (const name of stillAlive(orphans)) process.kill(Number(name.split('@')[0]), 'SIGKILL');
  });
  killed.child.kill('SIGKILL');
  await killed.end;
  expect(readFileSync(file, 'utf8')).toBe(before);
  // Its servers end with it; hitless ends when its time is over.
  await vi.waitFor(() => expect(stillAlive(orphans).length).toBeLessThanOrEqual(1), { timeout: 30_000 });
  for (const name of stillAlive(orphans)) process.kill(Number(name.split('@')[0]), 'SIGKILL');
  expect(foldersOf(killed.pid)).toHaveLength(1);

  writeFileSync(file, `${before}{"kept":"trial","kind":"ident`);
  const whole = await start(...words, '--trials', '2').end;
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(foldersOf(killed.pid)).toEqual([]);
  const { trials, cutOff } = readKept(file);
  expect(cutOff).toBe(false);
  expect(trials.map(({ seed }) => seed)).toEqual([1, 2]);
  const [, trial] = trials;
  expect(trial).toMatchObject({ kind: 'identical', seconds: 10, tolerance: 0.02, connections: null, extra: 0 });
  expect(trial?.measures.map(({ name }) => name)).toEqual(['rate', 'cpu']);
  expect(trial?.truth).toBeCloseTo((trial?.usedUs.candidate ?? 0) / (trial?.usedUs.baseline ?? 0) - 1, 10);
  expect(trial?.usedUs.baseline).toBeGreaterThan(0);
  expect(whole.stdout).toMatch(/^identical 2 of 2, seed 2: /);

  const long = join(folder, 'long.ndjson');
  const interrupted = start('--seconds', '600', '--keep', long);
  const children = await childrenOf(interrupted.pid);
  interrupted.child.kill('SIGINT');
  expect(await interrupted.end).toMatchObject({ code: 130, stdout: '', stderr: '' });
  expect(stillAlive(children)).toEqual([]);
  expect(foldersOf(interrupted.pid)).toEqual([]);
  expect(readdirSync(folder)).toEqual(['kept.ndjson']);

  const told = await start('--summary', '--keep', file).end;
  expect(told).toMatchObject({ code: 0, stderr: '' });
  expect(told.stdout).toContain('| identical | all | 2 |');
});

test.each([
  [['--summary'], '--summary: --keep says of which file'],
  [['--kind', 'faster'], '--kind: expected identical or slower, got faster'],
  [['--seconds', '5'], '--seconds: expected a whole number from 10 on, got 5'],
])('wrong use is told: %s', async (words, message) => {
  const { code, stderr } = await start(...words).end;
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test('another setting is refused before anything starts, and the file stays as it is', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'kept.ndjson');
  const text = `${JSON.stringify(trialOf())}\n`;
  writeFileSync(file, text);
  const { code, stderr } = await start('--seconds', '20', '--keep', file).end;
  expect(code).toBe(2);
  expect(stderr).toContain('--seconds 10 there, and 20 here');
  expect(readFileSync(file, 'utf8')).toBe(text);
});
