import { expect, test } from 'vitest';
import type { BlockTotals } from '../../../runner/bench/effect/blocks.ts';
import { LatencyCounts } from '../../../runner/bench/effect/latency-counts.ts';
import { groupsIn, paceOf } from '../../../runner/bench/effect/pace.ts';

/** So many answers, each after so many ms, on one connection. */
function seen(answers: number, eachMs: number): BlockTotals[] {
  const latencies = new LatencyCounts();
  for (let i = 0; i < answers; i++) latencies.add(eachMs * 1000);
  return [{ sent: answers, ok: answers, failed: 0, seconds: (answers * eachMs) / 1000, latencies }];
}

const minuteUs = 54e6;

test('a fast target gets blocks of a fifth of a second, with a short rest', () => {
  const pace = paceOf(seen(1_000, 1), minuteUs);
  expect(pace).toEqual({ blockUs: 200_000, restUs: 20_000 });
  expect(groupsIn(minuteUs, pace)).toBe(61);
});

test('a slower one gets longer blocks, for twenty requests on each connection', () => {
  const { blockUs, restUs } = paceOf(seen(100, 15), minuteUs);
  // And for as many answers as a p99 takes: 60 at 67 a second would be 0.9 s, which 30 groups have no room for.
  expect(blockUs).toBe(450_000);
  expect(restUs / 22_500).toBeCloseTo(1, 2);
});

test('a very slow one no longer than servers keep a connection that is idle', () => {
  const { blockUs, restUs } = paceOf(seen(10, 2_000), 3600e6);
  expect(2 * blockUs + 3 * restUs).toBeLessThan(5e6);
});

test('one that never answers is no reason to wait', () => {
  const nothing = { sent: 10, ok: 0, failed: 10, seconds: 1, latencies: new LatencyCounts() };
  expect(paceOf([nothing], minuteUs)).toEqual({ blockUs: 200_000, restUs: 20_000 });
  expect(paceOf([], minuteUs)).toEqual({ blockUs: 200_000, restUs: 20_000 });
});
