import { describe, expect, test } from 'vitest';
import { binomialTest } from '../../runner/check/binomial.ts';

/** Twice the smaller tail with whole numbers alone: the share is `a` of `b`. */
function exact(chosen: number, number: number, a: bigint, b: bigint): number {
  const ways = (k: number) => {
    let result = 1n;
    for (let i = 1n; i <= BigInt(k); i++) result = (result * (BigInt(number) - i + 1n)) / i;
    return result * a ** BigInt(k) * (b - a) ** BigInt(number - k);
  };
  const sum = (from: number, to: number) => {
    let total = 0n;
    for (let k = from; k <= to; k++) total += ways(k);
    return total;
  };
  const [smaller = 0n] = [sum(0, chosen), sum(chosen, number)].sort((low, high) => (low < high ? -1 : 1));
  const scale = 10n ** 60n;
  return Math.min(1, Number((2n * smaller * scale) / b ** BigInt(number)) / 1e60);
}

describe('the exact test of a share', () => {
  test('agrees with R (binom.test)', () => {
    expect(binomialTest(60, 100, 0.5)).toBeCloseTo(0.05688793364098, 12);
    expect(binomialTest(0, 10, 0.5)).toBeCloseTo(2 / 1024, 14);
    expect(binomialTest(5, 10, 0.5)).toBe(1);
  });

  test.each([
    [250, 1000],
    [180, 1000],
    [330, 1000],
    [0, 60],
    [60, 60],
    [9, 100],
  ])('%i of %i where a quarter is due, as whole numbers have it', (chosen, number) => {
    const wanted = exact(chosen, number, 1n, 4n);
    expect(binomialTest(chosen, number, 0.25) / wanted).toBeCloseTo(1, 9);
  });

  test('raises no alarm at what chance does, and does at what it does not', () => {
    expect(binomialTest(214, 800, 0.25)).toBeGreaterThan(0.2);
    expect(binomialTest(0, 800, 0.25)).toBeLessThan(1e-6);
    expect(binomialTest(400, 800, 0.25)).toBeLessThan(1e-6);
    expect(binomialTest(800, 800, 0.25)).toBeLessThan(1e-6);
  });

  test('refuses numbers that make no sense', () => {
    expect(() => binomialTest(11, 10, 0.5)).toThrow(RangeError);
    expect(() => binomialTest(1, 10, 1.5)).toThrow(RangeError);
    expect(() => binomialTest(Number.NaN, 10, 0.5)).toThrow(RangeError);
  });
});
