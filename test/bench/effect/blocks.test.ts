import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Attempt } from '../../../record/attempt.ts';
import { foldAttempts } from '../../../record/attempts-reader.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../../record/attempts-writer.ts';
import { type Block, blocksOf, blockTotals } from '../../../runner/bench/effect/blocks.ts';
import { anAttempt } from '../../record/attempt-samples.ts';

const blocks: Block[] = [
  { subject: 'A', fromUs: 1_000_000, toUs: 1_200_000 },
  { subject: 'B', fromUs: 1_250_000, toUs: 1_450_000 },
];

function totalsOf(attempts: readonly Partial<Attempt>[], connections: number | null) {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-blocks-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'attempts.arrows');
  createAttemptsFile(file);
  const writer = new AttemptWriter(file);
  for (const each of attempts) writer.add(anAttempt(each));
  writer.close();
  endAttemptsFile(file);
  return foldAttempts(file, [blockTotals(blocks, connections)]).results[0];
}

/** A request and its answer, in ms from the first block. */
function request(lane: string, connection: number, fromMs: number, toMs: number, rest: Partial<Attempt> = {}) {
  const [intendedUs, endUs] = [1_000_000 + fromMs * 1000, 1_000_000 + toMs * 1000];
  return { lane, connection, intendedUs, readyUs: intendedUs, sentUs: intendedUs, endUs, ...rest };
}

test('blocks follow each other with a rest before each', () => {
  expect(blocksOf(['A', 'B', 'B'], { fromUs: 0, blockUs: 100, restUs: 10 })).toEqual([
    { subject: 'A', fromUs: 10, toUs: 110 },
    { subject: 'B', fromUs: 120, toUs: 220 },
    { subject: 'B', fromUs: 230, toUs: 330 },
  ]);
});

test('an attempt belongs to the block that it was due in, whenever it ended, and to its own target', () => {
  const [first, second] = totalsOf(
    [
      request('A', 1, 0, 50),
      request('A', 1, 199, 260),
      request('B', 2, 250, 251),
      request('B', 2, 449, 500, { outcome: 'reset', phase: 'headers', status: null }),
      // Between two blocks, before and behind all of them, and in the other's.
      request('A', 1, 200, 201),
      request('A', 1, -1, 5),
      request('B', 2, 450, 451),
      request('A', 1, 300, 301),
      // Never sent.
      request('B', 2, 260, 260, { outcome: 'unsent', sentUs: null, status: null }),
    ],
    1,
  );
  expect(first).toMatchObject({ sent: 2, ok: 2, failed: 0 });
  expect(second).toMatchObject({ sent: 2, ok: 1, failed: 1 });
});

test('in a closed loop a block is as long as its connections were in use, on average', () => {
  const [first] = totalsOf([request('A', 1, 0, 100), request('A', 1, 100, 210), request('A', 2, 5, 105)], 2);
  expect(first?.seconds).toBeCloseTo((0.21 + 0.1) / 2, 6);
});

test('in an open loop it is as long as it is', () => {
  const [first] = totalsOf([request('A', 1, 0, 100)], null);
  expect(first?.seconds).toBeCloseTo(0.2, 6);
});

test('failed requests have no part in latency', () => {
  const slow = { outcome: 'timeout', phase: 'headers', status: null } as const;
  const [first] = totalsOf([request('A', 1, 0, 10), request('A', 2, 0, 9_000, slow)], 2);
  expect(first?.latencies.total).toBe(1);
});
