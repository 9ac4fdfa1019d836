import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Interval } from './signed-rank.ts';

/**
 * By how much the mean of the second lies above that of the first, bounded by Student's t for samples of unlike spread
 * (Welch 1947). Of logarithms it is the ratio of two means, as Kalibera and Jones want the effect of a change told
 * (Rigorous Benchmarking in Reasonable Time, 2013). null with fewer than two of either.
 */
export function welchInterval(
  first: readonly number[],
  second: readonly number[],
  confidence: number,
): Interval | null {
  if (first.length < 2 || second.length < 2) return null;
  const [one, other] = [squaredError(first), squaredError(second)];
  const estimate = mean(second) - mean(first);
  const error = one + other;
  if (error === 0) return { estimate, low: estimate, high: estimate };
  const freedom = error ** 2 / (one ** 2 / (first.length - 1) + other ** 2 / (second.length - 1));
  const half = tQuantile((1 + confidence) / 2, freedom) * Math.sqrt(error);
  return { estimate, low: estimate - half, high: estimate + half };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean. */
function squaredError(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length;
}
