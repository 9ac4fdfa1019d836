import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../runner/bench/interval.ts';
import { warmUpOf } from '../../runner/bench/warm-up.ts';
import { Windows } from '../../runner/bench/windows.ts';
import { seededRandom } from '../../runner/traffic/random.ts';
import { normals } from './effect/normals.ts';

describe('the interval of a mean', () => {
  test('is that of Student t, by a table', () => {
    const estimate = estimateOf([1, 2, 3, 4, 5]);
    expect(estimate?.mean).toBe(3);
    // t(0.975, 4) = 2.776445, s = sqrt(2.5).
    expect(estimate?.high).toBeCloseTo(3 + 2.776445 * Math.sqrt(2.5 / 5), 5);
    expect(estimate?.low).toBeCloseTo(3 - 2.776445 * Math.sqrt(2.5 / 5), 5);
  });

  test('is none of one round, and there is no mean of none', () => {
    expect(estimateOf([7])).toEqual({ mean: 7, low: null, high: null });
    expect(estimateOf([])).toBeNull();
  });

  test('contains the truth about as often as it says', () => {
    const trials = 2_000;
    const drawn = normals(5 * trials, 1).map((value) => 10 + value);
    let contained = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { low, high } = estimateOf(drawn.slice(5 * trial, 5 * trial + 5)) as { low: number; high: number };
      if (low <= 10 && 10 <= high) contained++;
    }
    expect(contained / trials).toBeGreaterThan(0.935);
    expect(contained / trials).toBeLessThan(0.965);
  });
});

describe('the end of a warm-up', () => {
  const noise = seededRandom(7);
  const steady = (n: number) => Array.from({ length: n }, () => 5 + noise() * 0.1);

  test('is where a server that began slowly became as fast as it stays', () => {
    const begin = Array.from({ length: 20 }, (_, i) => 10 - i * 0.25);
    const { cut, found } = warmUpOf([...begin, ...steady(80)]);
    expect(found).toBe(true);
    expect(cut).toBeGreaterThanOrEqual(15);
    expect(cut).toBeLessThanOrEqual(25);
  });

  test('is not found while it gets slower all the time, and then nothing is cut', () => {
    expect(warmUpOf(Array.from({ length: 100 }, (_, i) => i))).toEqual({ cut: 0, found: false });
    expect(warmUpOf([1, 2, 3])).toEqual({ cut: 0, found: false });
  });

  test('is at the start of what never changes', () => {
    expect(warmUpOf(Array.from({ length: 50 }, () => 3))).toEqual({ cut: 0, found: true });
  });

  test('has the smallest standard error of all, as the definition says', () => {
    const means = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(means, (values) => {
        const errors = values.slice(0, Math.floor(values.length / 2) + 1).map((_, d) => errorOf(values.slice(d)));
        const { cut, found } = warmUpOf(values);
        const least = Math.min(...errors);
        // A minimum at the half is none.
        if (found) expect(errors[cut]).toBeLessThanOrEqual(least + 1e-9 * (1 + least));
        else expect(errors.at(-1)).toBeLessThanOrEqual(least + 1e-9 * (1 + least));
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

/** White 1997, straight from the formula. */
function errorOf(rest: readonly number[]): number {
  const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
  return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
}

describe('windows of a stage', () => {
  const second = 1_000_000;

  test('leave out the time in which a server was slow', () => {
    const windows = new Windows(0, 10 * second);
    for (let us = 0; us < 10 * second; us += 2_000) windows.add(us, us + (us < 2 * second ? 20_000 : 1_000 + (us % 7)));
    const { us, found } = windows.warmUp(false);
    expect(found).toBe(true);
    expect(us).toBeGreaterThanOrEqual(2 * second);
    expect(us).toBeLessThanOrEqual(2.3 * second);
  });

  test('are not misled by one stall in the middle', () => {
    const windows = new Windows(0, 10 * second);
    for (let us = 0; us < 10 * second; us += 2_000) {
      const stalled = us >= 5 * second && us < 5.1 * second;
      windows.add(us, stalled ? 5.1 * second + (us % 11) : us + 1_000 + (us % 700));
    }
    expect(windows.warmUp(false).us).toBeLessThan(second);
  });

  test('say of too few answers that nothing is known', () => {
    const windows = new Windows(0, second);
    for (let i = 0; i < 50; i++) windows.add(i * 20_000, i * 20_000 + 500);
    expect(windows.warmUp(false)).toEqual({ us: 0, found: false });
  });
});
