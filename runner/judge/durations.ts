import { createHistogram } from 'node:perf_hooks';

/** An hour; nothing that a run waits for lasts longer. */
const longestUs = 3_600_000_000;

/**
 * Durations in constant memory: an HDR histogram of two significant figures, whose percentiles are at most 1 % above
 * the truth. The longest is exact. Negative ones (two clocks rounded apart) count as 0.
 */
export class Durations {
  /** 25 kB each, so only where there is something to count. */
  #histogram: ReturnType<typeof createHistogram> | null = null;
  #maxUs = 0;

  add(us: number): void {
    this.#histogram ??= createHistogram({ lowest: 1, highest: longestUs, figures: 2 });
    this.#histogram.record(Math.max(1, Math.min(us, longestUs)));
    if (us > this.#maxUs) this.#maxUs = us;
  }

  get count(): number {
    return this.#histogram?.count ?? 0;
  }

  /** In ms; `percentile` in (0, 100]; null where there were none. */
  percentileMs(percentile: number): number | null {
    if (this.#histogram === null) return null;
    const us = this.#histogram.percentile(percentile);
    return Math.min(us, this.#maxUs) / 1000;
  }

  get maxMs(): number | null {
    return this.#histogram === null ? null : this.#maxUs / 1000;
  }
}

/** What is told of a lane's durations where the curve is not. */
export function spread(durations: Durations) {
  return { p50: durations.percentileMs(50), p99: durations.percentileMs(99), max: durations.maxMs };
}
