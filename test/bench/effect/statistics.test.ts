import { describe, expect, test } from 'vitest';
import { bootstrapIntervals } from '../../../runner/bench/effect/bootstrap.ts';
import { LatencyCounts, PooledLatencies } from '../../../runner/bench/effect/latency-counts.ts';
import { blockOrder } from '../../../runner/bench/effect/order.ts';
import { signedRankInterval } from '../../../runner/bench/effect/signed-rank.ts';
import { normals } from './normals.ts';

describe('the signed-rank interval', () => {
  // Hollander and Wolfe, example 3.1 (Hamilton depression scale, 9 patients): the estimate is -0.46, and with a
  // confidence of 96 % the bounds are -0.786 and -0.010.
  const depression = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01].map((difference) => -difference);

  test('is that of the textbook', () => {
    const { estimate, low, high } = signedRankInterval(depression, 0.96) ?? { estimate: 0, low: 0, high: 0 };
    expect(estimate).toBeCloseTo(-0.46, 2);
    expect(low).toBeCloseTo(-0.786, 3);
    expect(high).toBeCloseTo(-0.01, 3);
  });

  test('is none where there are too few for the confidence', () => {
    expect(signedRankInterval([1, 2, 3, 4, 5, 6, 7], 0.99)).toBeNull();
    expect(signedRankInterval([1, 2, 3, 4, 5, 6, 7, 8], 0.99)).toMatchObject({ low: 1, high: 8 });
    expect(signedRankInterval([], 0.5)).toBeNull();
  });

  test('goes over to the normal distribution without a step', () => {
    const width = (n: number) => {
      const { low, high } = signedRankInterval(normals(n, 7), 0.99) ?? { low: 0, high: 0 };
      return (high - low) * Math.sqrt(n);
    };
    expect(width(201) / width(200)).toBeCloseTo(1, 1);
  });

  test('is not moved by a wild one', () => {
    const calm = normals(50, 3);
    const wild = [...calm.slice(1), 1_000];
    const [one, other] = [signedRankInterval(calm, 0.99), signedRankInterval(wild, 0.99)];
    expect(Math.abs((other?.estimate ?? 9) - (one?.estimate ?? 0))).toBeLessThan(0.2);
    expect(other?.high).toBeLessThan(2);
  });
});

describe('the bootstrap', () => {
  const meanOf = (values: readonly number[]) => (times: Uint16Array) => [
    values.reduce((sum, value, index) => sum + value * (times[index] as number), 0) / values.length,
  ];

  test('of a mean is close to the interval of Student', () => {
    const values = normals(40, 11);
    const mean = values.reduce((a, b) => a + b) / 40;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 39);
    const half = (2.7079 * deviation) / Math.sqrt(40);
    const [interval] = bootstrapIntervals(40, meanOf(values), { confidence: 0.99, seed: 1 });
    expect(interval?.estimate).toBeCloseTo(mean, 12);
    expect((interval?.high ?? 0) - mean).toBeGreaterThan(0.85 * half);
    expect((interval?.high ?? 0) - mean).toBeLessThan(1.15 * half);
    expect(mean - (interval?.low ?? 0)).toBeGreaterThan(0.85 * half);
    expect(mean - (interval?.low ?? 0)).toBeLessThan(1.15 * half);
  });

  test('is the same for a seed, and none for fewer than 8 or what cannot be computed', () => {
    const values = normals(12, 2);
    const of = (seed: number) => bootstrapIntervals(12, meanOf(values), { confidence: 0.99, seed });
    expect(of(5)).toEqual(of(5));
    expect(of(5)).not.toEqual(of(6));
    expect(bootstrapIntervals(7, meanOf(values.slice(0, 7)), { confidence: 0.99, seed: 1 })).toEqual([null]);
    expect(bootstrapIntervals(12, (times) => [times[0] === 0 ? Number.NaN : 1], { confidence: 0.99, seed: 1 })).toEqual(
      [null],
    );
  });
});

/**
 * How often an interval does not hold the truth, over a thousand samples whose truth is known: it may be 1 in 100, and is
 * then below 2.2 in 100 with a probability of 0.9999. From skewed samples too: latency is.
 */
describe('of a thousand intervals of 99 % few miss the truth', () => {
  const trials = 1_000;
  const most = 22;
  const skewed = (count: number, seed: number) => normals(count, seed).map(Math.exp);

  test.each([8, 15, 60])('by signed ranks of %i differences of two that are alike', (n) => {
    let missed = 0;
    for (let trial = 0; trial < trials; trial++) {
      const other = skewed(n, 2 * trial + 1);
      const differences = skewed(n, 2 * trial).map((value, i) => value - (other[i] as number));
      const interval = signedRankInterval(differences, 0.99);
      if (interval === null || interval.low > 0 || interval.high < 0) missed++;
    }
    expect(missed).toBeLessThanOrEqual(most);
  });

  // 300 of them, as each is 4,000 draws: below 4 in 100 with the same probability.
  test('by bootstrap of a ratio of two sums of 30', () => {
    let missed = 0;
    for (let trial = 0; trial < 300; trial++) {
      const [one, other] = [skewed(30, 2 * trial), skewed(30, 2 * trial + 1)];
      const ratio = (times: Uint16Array) => {
        const sum = (values: readonly number[]) =>
          values.reduce((all, value, i) => all + value * (times[i] as number), 0);
        return [Math.log(sum(one) / sum(other))];
      };
      const [interval] = bootstrapIntervals(30, ratio, { confidence: 0.99, seed: trial });
      if (!interval || interval.low > 0 || interval.high < 0) missed++;
    }
    expect(missed).toBeLessThanOrEqual(12);
  });
});

test('quantiles are those of the answers, within a thousandth', () => {
  const counts = new LatencyCounts();
  for (let us = 1; us <= 10_000; us++) counts.add(us);
  const [p50, p90, p99, p999] = counts.quantiles([0.5, 0.9, 0.99, 0.999]);
  expect([p50, p90, p99, p999].map((us, i) => (us ?? 0) / ([5_000, 9_000, 9_900, 9_990][i] as number))).toEqual(
    [1, 1, 1, 1].map((ratio) => expect.closeTo(ratio, 2)),
  );
});

test('a percentile that too few answers were beyond is not told', () => {
  const counts = new LatencyCounts();
  for (let us = 1; us <= 99; us++) counts.add(us);
  expect(counts.quantiles([0.9, 0.99])).toEqual([expect.any(Number), null]);
  counts.add(100);
  expect(counts.quantiles([0.99])).toEqual([expect.any(Number)]);
});

test('samples that are drawn several times count several times', () => {
  const [fast, slow] = [new LatencyCounts(), new LatencyCounts()];
  for (let i = 0; i < 10; i++) {
    fast.add(100);
    slow.add(1_000);
  }
  const pool = new PooledLatencies([fast, slow]);
  const median = (fastTimes: number, slowTimes: number) =>
    Math.round(pool.quantiles([0.5], Uint16Array.of(fastTimes, slowTimes))[0] ?? 0);
  expect([median(2, 1), median(1, 2), median(0, 1), median(1, 0)]).toEqual([100, 1_000, 1_000, 100]);
});

describe('the order of blocks', () => {
  test('has as many of both in each group, whose drift cancels', () => {
    const order = blockOrder(500, 42).join('');
    const groups = order.match(/..../g) ?? [];
    expect(groups).toHaveLength(500);
    expect(new Set(groups)).toEqual(new Set(['ABBA', 'BAAB']));
    const starting = groups.filter((group) => group === 'ABBA').length;
    expect(starting).toBeGreaterThan(200);
    expect(starting).toBeLessThan(300);
  });

  test('is that of its seed', () => {
    expect(blockOrder(20, 1)).toEqual(blockOrder(20, 1));
    expect(blockOrder(20, 1)).not.toEqual(blockOrder(20, 2));
  });
});
