/** The value below which `share` of the sorted numbers lie (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (quantile(sorted, 0.5) + quantile(sorted, 0.5 + 1 / (sorted.length + 1))) / 2;
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
