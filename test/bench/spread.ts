/** The value below which `share` of the sorted numbers lie (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
}

export interface Interval {
  low: number;
  high: number;
  /** The probability that it holds the median, whatever the distribution. */
  coverage: number;
}

/**
 * An interval for the median by order statistics: the k-th smallest to the k-th largest hold it unless fewer than k of n
 * rounds fall on one side, so with 1 - 2 P(Bin(n, 1/2) < k) (David & Nagaraja, Order Statistics, 7.1). k is the largest
 * that still gives 0.9; with fewer than five rounds none does, and it is the smallest to the largest.
 */
export function medianInterval(numbers: readonly number[]): Interval {
  const sorted = [...numbers].sort((a, b) => a - b);
  const n = sorted.length;
  const coverageOf = (k: number) => 1 - 2 * binomialBelow(k, n);
  let k = 1;
  while (k < n / 2 && coverageOf(k + 1) >= 0.9) k++;
  return { low: sorted[k - 1] ?? Number.NaN, high: sorted[n - k] ?? Number.NaN, coverage: coverageOf(k) };
}

/** P(Bin(n, 1/2) < k). */
function binomialBelow(k: number, n: number): number {
  let term = 0.5 ** n;
  let sum = 0;
  for (let i = 0; i < k; i++) {
    sum += term;
    term *= (n - i) / (i + 1);
  }
  return sum;
}

export interface Evenness {
  count: number;
  /** How far arrivals are behind an even plan through the most punctual percent of them, 99th percentile. */
  lateP99Ms: number;
  /** Standard deviation of the gaps over their mean: 0 for an even plan, 1 for Poisson arrivals. */
  gapVariation: number;
}

/** How even sorted arrival times (us) are, against a plan of `rate` a second. */
export function evennessOf(arrivalsUs: readonly number[], rate: number): Evenness {
  const offsets = arrivalsUs.map((us, i) => us - (i * 1e6) / rate).sort((a, b) => a - b);
  const punctual = quantile(offsets, 0.01);
  const gaps = arrivalsUs.slice(1).map((us, i) => us - (arrivalsUs[i] as number));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return {
    count: arrivalsUs.length,
    lateP99Ms: (quantile(offsets, 0.99) - punctual) / 1000,
    gapVariation: Math.sqrt(variance) / mean,
  };
}
