import { describe, expect, test } from 'vitest';
import { type Stratum, testEqualShares } from '../../runner/check/equal-shares.ts';
import { random } from './run.ts';

const stratum = (counts: Record<string, number>): Stratum => ({ counts: new Map(Object.entries(counts)) });

/** `number` connections, each to one of the replicas, by their weights where there are some. */
function drawn(next: () => number, replicas: readonly string[], number: number, weights: Record<string, number> = {}) {
  const counts = new Map(replicas.map((replica) => [replica, 0]));
  const all = replicas.reduce((sum, replica) => sum + (weights[replica] ?? 1), 0);
  for (let i = 0; i < number; i++) {
    let left = next() * all;
    const chosen = replicas.find((replica) => {
      left -= weights[replica] ?? 1;
      return left < 0;
    }) as string;
    counts.set(chosen, (counts.get(chosen) as number) + 1);
  }
  return { counts };
}

/** The probability of these counts when each is equally likely. */
function multinomial(counts: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const logs = counts.reduce((sum, count) => sum - logFactorial(count), logFactorial(total));
  return Math.exp(logs - total * Math.log(counts.length));
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}

/** A rolling update of three replicas: old ones go, new ones come, for unequal times. */
const rollout = [
  [['a', 'b', 'c'], 120],
  [['b', 'c'], 25],
  [['b', 'c', 'd'], 4],
  [['c', 'd'], 30],
  [['c', 'd', 'e'], 60],
  [['d', 'e'], 11],
  [['d', 'e', 'f'], 90],
] as const;

describe('equal shares', () => {
  test('is the chi-square of the textbook for one set of replicas', () => {
    // 200 over three: (33.3^2 + 2 * 16.7^2) / 66.7 = 25, p of 25 with two degrees is e^-12.5.
    const skewed = testEqualShares([stratum({ a: 100, b: 50, c: 50 })]);
    expect(skewed?.chiSquare).toBeCloseTo(25, 5);
    expect(skewed?.degrees).toBe(2);
    // The likelihood ratio is 2 (100 ln 1.5 + 100 ln 0.75) = 23.556, and the larger p counts.
    expect(skewed?.p).toBeCloseTo(Math.exp(-23.5566 / 2), 9);
    // The tutorial's own 37, 31 and 32 of 100: chi-square 0.62, likelihood ratio 0.6107.
    const tutorial = testEqualShares([stratum({ a: 37, b: 31, c: 32 })]);
    expect(tutorial?.chiSquare).toBeCloseTo(0.62, 6);
    expect(tutorial?.p).toBeCloseTo(Math.exp(-0.6107 / 2), 4);
  });

  test('adds what several sets say about the same replica', () => {
    const once = testEqualShares([stratum({ a: 60, b: 40 })]);
    const twice = testEqualShares([stratum({ a: 30, b: 20 }), stratum({ a: 30, b: 20 })]);
    expect(twice?.chiSquare).toBeCloseTo(once?.chiSquare as number, 6);
    const opposite = testEqualShares([stratum({ a: 30, b: 20 }), stratum({ a: 20, b: 30 })]);
    expect(opposite?.chiSquare).toBeCloseTo(0, 6);
  });

  test('replicas that could never be chosen from together are not compared', () => {
    const apart = testEqualShares([stratum({ a: 50, b: 50 }), stratum({ c: 500, d: 500 })]);
    expect(apart).toMatchObject({ degrees: 2 });
    expect(apart?.p).toBeCloseTo(1, 6);
  });

  test('has nothing to compare where there was one replica, or too few connections', () => {
    expect(testEqualShares([stratum({ a: 1000 })])).toBeNull();
    expect(testEqualShares([stratum({ a: 3, b: 0 })])).toBeNull();
    expect(testEqualShares([])).toBeNull();
  });

  test.each([
    ['one set, 100 connections', [[['a', 'b', 'c'], 100]]],
    ['a rolling update', rollout],
    ['a rolling update at a tenth of the rate', rollout.map(([pods, number]) => [pods, Math.ceil(number / 10)])],
    [
      'a replica that was there for a moment',
      [
        [['a', 'b', 'c', 'd'], 24],
        [['a', 'b', 'c'], 600],
      ],
    ],
  ] as const)('holds its false alarms at p < 0.01: %s', (_, sets) => {
    const next = random(20);
    const trials = 2000;
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      const strata = (sets as readonly (readonly [readonly string[], number])[]).map(([pods, n]) =>
        drawn(next, pods, n),
      );
      if ((testEqualShares(strata)?.p ?? 1) < 0.01) alarms++;
    }
    // 20 are expected; 36 or more would be drawn once in 1,000 series.
    expect(alarms).toBeLessThan(36);
    expect(alarms).toBeGreaterThan(3);
  });

  test('holds them in the far tail too, where a small cell is too full', () => {
    // One replica of fifty and 1,000 connections: 20 are expected, 42 come once in 80,000 runs. Pearson's p is below 1e-6.
    const pods = Array.from({ length: 50 }, (_, i) => `p${i}`);
    const counts = new Map(pods.map((pod) => [pod, 20]));
    counts.set('p0', 43);
    const found = testEqualShares([{ counts }]);
    expect(found?.p).toBeGreaterThan(1e-6);
  });

  test('and where one is too empty', () => {
    // None of 20 or all of them: 2 / 2^20, where the likelihood ratio alone says 1.4e-7.
    expect(testEqualShares([stratum({ a: 0, b: 20 })])?.p).toBeGreaterThan(2 / 2 ** 20);
  });

  test('alarms in less than two of a million runs, summed exactly over all that can happen', () => {
    // 30 connections over a and b, then 24 over a, b and c.
    let alarms = 0;
    for (let a = 0; a <= 30; a++)
      for (let b = 0; b <= 24; b++)
        for (let c = 0; b + c <= 24; c++) {
          const p = testEqualShares([stratum({ a, b: 30 - a }), stratum({ a: 24 - b - c, b, c })])?.p ?? 1;
          if (p < 1e-6) alarms += multinomial([a, 30 - a]) * multinomial([24 - b - c, b, c]);
        }
    expect(alarms).toBeGreaterThan(1e-8);
    expect(alarms).toBeLessThan(2e-6);
  });

  test('finds a replica that gets half of its share, and one that gets none, in a rolling update', () => {
    const next = random(3);
    const times = (weights: Record<string, number>, factor: number) => {
      let found = 0;
      for (let trial = 0; trial < 200; trial++) {
        const strata = rollout.map(([pods, number]) => drawn(next, pods, number * factor, weights));
        if ((testEqualShares(strata)?.p ?? 1) < 1e-6) found++;
      }
      return found;
    };
    expect(times({ e: 0.5 }, 10)).toBeGreaterThan(190);
    expect(times({ e: 0 }, 2)).toBe(200);
    expect(times({}, 10)).toBe(0);
  });

  test('where p cannot be computed there is nothing to say', () => {
    expect(testEqualShares([stratum({ a: Number.NaN, b: 50, c: 50 })])).toBeNull();
    expect(testEqualShares([stratum({ a: Number.MAX_VALUE, b: Number.MAX_VALUE, c: 50 })])).toBeNull();
  });
});
