import { createHistogram } from 'node:perf_hooks';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Durations } from '../../runner/judge/durations.ts';

test('a percentile is what the histogram of Node says, and the longest is exact', () => {
  const us = fc.oneof(fc.nat(300), fc.nat(100_000), fc.integer({ min: 1, max: 3_600_000_000 }));
  const percentile = fc.oneof(fc.constantFrom(50, 90, 99, 99.9, 100), fc.double({ min: 0.001, max: 100, noNaN: true }));
  fc.assert(
    fc.property(fc.array(us, { minLength: 1, maxLength: 300 }), fc.array(percentile), (all, percentiles) => {
      const durations = new Durations();
      const histogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 2 });
      for (const one of all) {
        durations.add(one);
        histogram.record(Math.max(1, one));
      }
      const max = Math.max(...all);
      expect(durations).toMatchObject({ count: all.length, maxMs: max / 1000 });
      for (const one of percentiles)
        expect(durations.percentileMs(one)).toBe(Math.min(histogram.percentile(one), max) / 1000);
    }),
    { numRuns: 300 },
  );
});

test('what took longer than an hour, or less than nothing, is counted all the same', () => {
  const durations = new Durations();
  for (const us of [-5, 4e9]) durations.add(us);
  expect(durations).toMatchObject({ count: 2, maxMs: 4e6 });
  expect([durations.percentileMs(1), durations.percentileMs(100)]).toEqual([0.001, 3_607_101.439]);
});

test('without any there is nothing to tell', () => {
  const durations = new Durations();
  durations.add(Number.NaN);
  expect(durations.count).toBe(0);
  expect(new Durations()).toMatchObject({ count: 0, maxMs: null });
  expect(new Durations().percentileMs(50)).toBe(null);
});
