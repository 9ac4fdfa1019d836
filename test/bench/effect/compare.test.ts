import { describe, expect, test } from 'vitest';
import type { BenchResult } from '../../../record/bench-result.ts';
import { assertBench } from '../../../record/bench-result.ts';
import { compareBenches } from '../../../runner/bench/effect/compare.ts';
import { rankSumChance, rankSumInterval } from '../../../runner/bench/effect/rank-sum.ts';
import { welchInterval } from '../../../runner/bench/effect/welch.ts';
import { benchOf } from './benches.ts';
import { normals } from './normals.ts';

const compare = (baseline: BenchResult, candidate: BenchResult, tolerance = 0.02) =>
  compareBenches({ name: 'before', result: baseline }, { name: 'after', result: candidate }, tolerance);

describe('the rank-sum interval', () => {
  // Hollander and Wolfe, example 4.1 (permeability of the amnion): the estimate is 0.305, the one-sided chance 0.1272. The
  // critical value for 10 and 5 is 8 in the tables, so the bounds are the ninth of the differences from either end.
  const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const early = [1.15, 0.88, 0.9, 0.74, 1.21];

  test('is that of the textbook', () => {
    const { estimate, low, high } = rankSumInterval(early, term, 0.95) ?? { estimate: 0, low: 0, high: 0 };
    expect(estimate).toBeCloseTo(0.305, 3);
    const differences = early.flatMap((one) => term.map((other) => other - one)).sort((a, b) => a - b);
    expect([low, high]).toEqual([differences[8], differences[41]]);
    expect(rankSumChance(early, term)).toBeCloseTo(0.2544, 3);
  });

  test('needs five of each for 99 %', () => {
    expect(rankSumInterval([1, 2, 3, 4], [5, 6, 7, 8], 0.99)).toBeNull();
    expect(rankSumInterval([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0.99)).toMatchObject({ estimate: 5, low: 1, high: 9 });
    expect(rankSumInterval([], [1], 0.99)).toBeNull();
  });

  test('misses the truth in few of a thousand', () => {
    let missed = 0;
    for (let trial = 0; trial < 1_000; trial++) {
      const interval = rankSumInterval(normals(8, 2 * trial), normals(8, 2 * trial + 1), 0.99);
      if (interval === null || interval.low > 0 || interval.high < 0) missed++;
    }
    expect(missed).toBeLessThanOrEqual(22);
  });
});

test("Welch's interval is that of a known answer", () => {
  // R 4.3: t.test(c(17.2,20.9,22.6,18.1,21.7,21.4,23.5,24.2,14.7,21.8), c(21.5,22.8,21.0,23.0,21.6,23.6,22.5,20.7,23.4,21.8))
  const first = [17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8];
  const second = [21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8];
  const { estimate, low, high } = welchInterval(first, second, 0.95) ?? { estimate: 0, low: 0, high: 0 };
  expect(estimate).toBeCloseTo(1.58, 6);
  // Mean difference 1.58, standard error 0.9938, 10.77 degrees of freedom, t = 2.2068.
  expect([low, high]).toEqual([expect.closeTo(-0.61, 1), expect.closeTo(3.77, 1)]);
  expect(welchInterval([1], [1, 2], 0.95)).toBeNull();
});

describe('two kept benches', () => {
  const rates = [1000, 1004, 998, 1002, 996];

  test('are as their schema says', () => {
    expect(() => assertBench(benchOf({ rates }))).not.toThrow();
  });

  test('of the same rate are the same, of a lower one worse, of a higher one better', () => {
    const times = (factor: number) => benchOf({ rates: rates.map((rate) => rate * factor) });
    expect(compare(times(1), times(1.001)).verdict).toBe('same');
    expect(compare(times(1), times(0.9)).verdict).toBe('worse');
    expect(compare(times(1), times(1.1)).verdict).toBe('better');
    expect(compare(times(1), times(0.9)).measures[0]).toMatchObject({ name: 'rate', of: 'closed-10', samples: 5 });
  });

  test('cannot be told from one round each, however far apart', () => {
    const { verdict, toConclude } = compare(benchOf({ rates: [1000] }), benchOf({ rates: [1100] }));
    expect(verdict).toBe('cannot tell');
    expect(toConclude).toEqual(['make both with --rounds 5 or more']);
  });

  test.each<[string, Parameters<typeof benchOf>[0], RegExp]>([
    ['made on another CPU', { rates, environment: { cpu: 'another' } }, /cpu: some CPU and another\./],
    ['made with another kernel', { rates, environment: { kernel: '7.0' } }, /kernel: 6\.1 and 7\.0\./],
    ['of another stage', { rates, stage: 'closed-20' }, /stages: closed-10 of 10 s and closed-20 of 10 s\./],
    [
      'of another path',
      { rates, url: 'http://localhost:1/other' },
      /what is asked for: http:\/\/…\/ and http:\/\/…\/other\./,
    ],
    ['cut short', { rates, complete: false }, /The candidate was cut short\./],
  ])('cannot be told where one is %s', (_, differences, reason) => {
    const { verdict, reasons, differing } = compare(
      benchOf({ rates }),
      benchOf({ ...differences, rates: [1, 2, 3, 4, 5] }),
    );
    expect(verdict).toBe('cannot tell');
    expect(reasons[0]).toMatch(reason);
    expect(differing).toHaveLength(1);
  });

  test('may be of another port', () => {
    expect(compare(benchOf({ rates }), benchOf({ rates, url: 'http://localhost:2/' })).verdict).toBe('same');
  });

  test('are not the same where the generator was the limit', () => {
    const { verdict, measures } = compare(benchOf({ rates }), benchOf({ rates, generatorLimited: true }));
    expect(verdict).toBe('cannot tell');
    expect(measures[0]?.message).toMatch(/the generator was the limit/);
  });

  test('are worse where every round fails more, though it is faster', () => {
    const faster = rates.map((rate) => rate * 1.5);
    expect(compare(benchOf({ rates }), benchOf({ rates: faster, failed: 40 })).verdict).toBe('worse');
  });
});
