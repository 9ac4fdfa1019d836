import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { BenchEstimate } from '../../record/bench-result.ts';

/** How often an interval contains what it estimates. */
const confidence = 0.95;

/**
 * Mean of what rounds measured, with its 95 % interval by Student's t; null ends where one round tells nothing of how far
 * they are apart. Null where there are none.
 */
export function estimateOf(values: readonly number[]): BenchEstimate | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = tQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}
