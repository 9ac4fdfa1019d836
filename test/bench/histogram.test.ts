import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../record/histogram.ts';

const latencies = fc.array(fc.integer({ min: 0, max: 3_600_000_000 }), { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** By the nearest rank. */
function trueMs(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
  return (sorted[rank - 1] as number) / 1000;
}

test('tells percentiles that are at most 0.1 % above the truth, and never below it', () => {
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.75, 0.9, 0.99, 0.999), (values, share) => {
      const told = histogramOf(values).atShareMs(share) as number;
      const truth = trueMs(values, share);
      expect(told).toBeGreaterThanOrEqual(truth);
      expect(told).toBeLessThanOrEqual(truth * 1.001 + 0.001);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('knows the shortest, the longest and the mean exactly', () => {
  const { min, max, mean } = histogramOf([1, 20_001, 3_000_017]).latency();
  expect({ min, max }).toEqual({ min: 0.001, max: 3_000.017 });
  expect(mean).toBeCloseTo((1 + 20_001 + 3_000_017) / 3 / 1000, 9);
});

test('tells no percentile beyond which there is less than one answer', () => {
  const of = (count: number) => histogramOf(Array.from({ length: count }, (_, i) => i)).latency();
  expect(of(0)).toMatchObject({ p50: null, p9999: null, max: null });
  expect(of(99)).toMatchObject({ p99: null, p999: null });
  expect(of(100).p99).not.toBeNull();
  expect(of(9_999).p9999).toBeNull();
  expect(of(10_000).p9999).not.toBeNull();
});

test('comes back from its text with the same counts, and adds up', () => {
  fc.assert(
    fc.property(latencies, latencies, (some, more) => {
      const both = LatencyHistogram.decode(histogramOf(some).encode());
      both.merge(LatencyHistogram.decode(histogramOf(more).encode()));
      const direct = histogramOf([...some, ...more]);
      expect([...both.values()]).toEqual([...direct.values()]);
      expect(both.count).toBe(some.length + more.length);
    }),
    { seed: 2, numRuns: 10 },
  );
});

test('is written as HdrHistogram writes it', () => {
  expect(histogramOf([1, 2, 3]).encode()).toMatch(/^HISTFAAA/);
});
