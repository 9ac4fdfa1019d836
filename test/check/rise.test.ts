import { describe, expect, test } from 'vitest';
import { burstsOf, chanceOfBurst, chanceOfRise, largestBurst } from '../../runner/check/rise.ts';

const rise = (failedBefore: number, sentBefore: number, failedAfter: number, sentAfter: number) =>
  chanceOfRise({ before: { sent: sentBefore, failed: failedBefore }, after: { sent: sentAfter, failed: failedAfter } });

describe('the chance of a rise', () => {
  test.each([
    // Of 10 failures all 10 came in the half after: 1 in 2^10.
    [0, 100, 10, 100, 1 / 1024],
    // 8 or more of 10 in one half: (45 + 10 + 1) / 1024.
    [2, 100, 8, 100, 56 / 1024],
    // 30 of 31 in six sevenths: 31 (6/7)^30 / 7 + (6/7)^31.
    [1, 200, 30, 1200, (31 * (6 / 7) ** 30) / 7 + (6 / 7) ** 31],
    // 3 of 3 in a tenth.
    [0, 900, 3, 100, 0.001],
  ])('%i of %i, then %i of %i', (failedBefore, sentBefore, failedAfter, sentAfter, chance) => {
    expect(rise(failedBefore, sentBefore, failedAfter, sentAfter)).toBeCloseTo(chance, 12);
  });

  test('is known far out in the tail too', () => {
    expect(rise(0, 500, 100, 500) / 0.5 ** 100).toBeCloseTo(1, 6);
  });

  test('is 1 where none failed after it, or nothing was sent', () => {
    expect(rise(5, 100, 0, 100)).toBe(1);
    expect(rise(0, 0, 0, 0)).toBe(1);
  });
});

describe('the chance of a burst', () => {
  test('is never below the truth, which can be counted for few failures', () => {
    // Two of two within a tenth of the length: 1 - 0.9^2.
    expect(chanceOfBurst(2, 2, 1, 10)).toBeGreaterThanOrEqual(0.19);
    expect(chanceOfBurst(2, 2, 1, 10)).toBeCloseTo(0.2, 9);
  });

  test('is 1 of single failures', () => {
    expect(chanceOfBurst(1, 50, 1, 10)).toBe(1);
    expect(chanceOfBurst(0, 0, 1, 10)).toBe(1);
  });
});

test('bursts are found and counted by their windows', () => {
  const times = [0, 1, 2, 50, 90, 95, 99, 101];
  expect(largestBurst(times, 10)).toBe(3);
  expect(burstsOf(times, 10)).toBe(4);
  expect(largestBurst([], 10)).toBe(0);
});
