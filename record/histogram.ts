import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  type Int32Histogram,
} from 'hdr-histogram-js';
import { type BenchLatency, benchPercentiles } from './bench-result.ts';

/** An hour; nothing that a bench waits for lasts longer. */
const longestUs = 3_600_000_000;
const significantDigits = 3;

/**
 * Latencies in microseconds, in constant memory: an HdrHistogram of three significant digits, whose percentiles are at
 * most 0.1 % above the truth. Shortest, longest and mean are exact until it has been written out.
 */
export class LatencyHistogram {
  readonly #histogram: Histogram;
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = 0;
  #sumUs = 0;

  constructor(histogram: Histogram = empty()) {
    this.#histogram = histogram;
    if (histogram.totalCount === 0) return;
    this.#minUs = histogram.getValueAtPercentile(0);
    this.#maxUs = histogram.maxValue;
    this.#sumUs = histogram.mean * histogram.totalCount;
  }

  /** Of the text that `encode` made. Throws where it is none. */
  static decode(text: string): LatencyHistogram {
    const histogram = empty();
    histogram.add(decodeFromCompressedBase64(text, 'packed'));
    return new LatencyHistogram(histogram);
  }

  /** Clocks rounded apart can make a duration negative: it counts as 0. */
  add(us: number): void {
    const value = Math.max(0, Math.min(us, longestUs));
    this.#histogram.recordValue(value);
    if (value < this.#minUs) this.#minUs = value;
    if (value > this.#maxUs) this.#maxUs = value;
    this.#sumUs += value;
  }

  merge(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
    this.#minUs = Math.min(this.#minUs, other.#minUs);
    this.#maxUs = Math.max(this.#maxUs, other.#maxUs);
    this.#sumUs += other.#sumUs;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** The library's own, for what it can write; not to be changed. */
  get raw(): Histogram {
    return this.#histogram;
  }

  /** In ms, at a share of the answers above 0 and up to 1; null where there are none. */
  atShareMs(share: number): number | null {
    if (this.count === 0) return null;
    const us = this.#histogram.getValueAtPercentile(share * 100);
    return Math.max(this.#minUs, Math.min(us, this.#maxUs)) / 1000;
  }

  /** The values that occurred, in us and rising, each as the highest of those that three digits cannot tell apart. */
  *values(): Generator<{ us: number; count: number }> {
    const histogram = this.#histogram as Int32Histogram;
    const last = histogram.countsArrayIndex(Math.min(longestUs, Math.ceil(this.#maxUs)));
    for (let index = 0; index <= last && this.count > 0; index++) {
      const count = histogram.getCountAtIndex(index);
      if (count > 0) yield { us: histogram.highestEquivalentValue(histogram.valueFromIndex(index)), count };
    }
  }

  /** Every figure that is told; a percentile that fewer than one answer lies beyond is none. */
  latency(): BenchLatency {
    const some = this.count > 0;
    const told = Object.entries(benchPercentiles).map(([name, share]) => {
      const beyond = this.count * (1 - share);
      // 1 - 0.9999 is a little less than 0.0001.
      return [name, beyond > 0.999_999 ? this.atShareMs(share) : null];
    });
    return {
      min: some ? this.#minUs / 1000 : null,
      mean: some ? this.#sumUs / this.count / 1000 : null,
      ...(Object.fromEntries(told) as Record<keyof typeof benchPercentiles, number | null>),
      max: some ? this.#maxUs / 1000 : null,
    };
  }

  /** HdrHistogram's own interchange format: V2, compressed, base64. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }
}

function empty(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestUs,
    numberOfSignificantValueDigits: significantDigits,
    useWebAssembly: false,
  });
}
