/** An hour; nothing that a run waits for lasts longer. */
const longestUs = 3_600_000_000;

/**
 * The buckets of an HDR histogram of two significant figures from 1 us on (Tene, HdrHistogram): values up to 255 have one each,
 * and each doubling after that has 128.
 */
const halfBits = 7;
const half = 1 << halfBits;
const buckets = bucketOf(longestUs) + 1;

function bucketOf(us: number): number {
  const shift = 24 - Math.clz32(us | (2 * half - 1));
  return (shift << halfBits) + (us >>> shift);
}

/** The longest duration that falls into a bucket. */
function upperUs(bucket: number): number {
  const shift = Math.max(0, (bucket >> halfBits) - 1);
  return (bucket - (shift << halfBits) + 1) * 2 ** shift - 1;
}

/**
 * Durations in constant memory: an HDR histogram of two significant figures, whose percentiles are at most 1 % above
 * the truth. The longest is exact. Negative ones (two clocks rounded apart) count as 0. Node has one too, whose every
 * value is a call into C++; judging a million attempts takes five million of those.
 */
export class Durations {
  /** 13 kB each, so only where there is something to count. */
  #counts: Uint32Array | null = null;
  #count = 0;
  #maxUs = 0;

  /** NaN, of which one end is not known, is none. */
  add(us: number): void {
    if (Number.isNaN(us)) return;
    this.#counts ??= new Uint32Array(buckets);
    const bucket = bucketOf(Math.max(1, Math.min(us, longestUs)));
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  get count(): number {
    return this.#count;
  }

  /** In ms; `percentile` in (0, 100]; null where there were none. */
  percentileMs(percentile: number): number | null {
    if (this.#counts === null) return null;
    const rank = Math.max(1, Math.floor((percentile / 100) * this.#count + 0.5));
    let seen = 0;
    let bucket = -1;
    while (seen < rank) seen += this.#counts[++bucket] as number;
    return Math.min(upperUs(bucket), this.#maxUs) / 1000;
  }

  get maxMs(): number | null {
    return this.#counts === null ? null : this.#maxUs / 1000;
  }
}

/** What is told of a lane's durations where the curve is not. */
export function spread(durations: Durations) {
  return { p50: durations.percentileMs(50), p99: durations.percentileMs(99), max: durations.maxMs };
}
