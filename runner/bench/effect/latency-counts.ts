/** Two latencies that lie closer than this share are one: finer than any tolerance, and a block has a few hundred counts. */
const resolution = 0.001;

/** How many answers took how long, in microseconds. */
export class LatencyCounts {
  readonly #counts = new Map<number, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(us: number): void {
    this.#put(Math.round(Math.log(Math.max(1, us)) / resolution), 1);
  }

  addAll(other: LatencyCounts): void {
    for (const [key, count] of other.#counts) this.#put(key, count);
  }

  /** How often each latency was seen, the shortest first. */
  sorted(): { us: number; count: number }[] {
    const keys = [...this.#counts.keys()].sort((a, b) => a - b);
    return keys.map((key) => ({ us: Math.exp(key * resolution), count: this.#counts.get(key) as number }));
  }

  /** The latencies that these shares of the answers, rising, did not exceed; null where there are too few to tell. */
  quantiles(shares: readonly number[]): (number | null)[] {
    const sorted = this.sorted();
    return quantilesOf(
      shares,
      Float64Array.from(sorted, ({ us }) => us),
      Float64Array.from(sorted, ({ count }) => count),
    );
  }

  #put(key: number, count: number): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    this.#total += count;
  }
}

/** Quantiles of samples drawn with replacement: their counts side by side in one array, so that thousands of draws take no second. */
export class PooledLatencies {
  readonly #us: Float64Array;
  readonly #samples: readonly { places: Uint32Array; counts: Float64Array }[];
  readonly #sum: Float64Array;

  constructor(samples: readonly LatencyCounts[]) {
    const sorted = samples.map((sample) => sample.sorted());
    this.#us = Float64Array.from(new Set(sorted.flatMap((sample) => sample.map(({ us }) => us)))).sort();
    const places = new Map([...this.#us].map((us, place) => [us, place]));
    this.#samples = sorted.map((sample) => ({
      places: Uint32Array.from(sample, ({ us }) => places.get(us) as number),
      counts: Float64Array.from(sample, ({ count }) => count),
    }));
    this.#sum = new Float64Array(this.#us.length);
  }

  /** Where each sample counts so often. */
  quantiles(shares: readonly number[], times: Uint16Array): (number | null)[] {
    this.#sum.fill(0);
    this.#samples.forEach(({ places, counts }, sample) => {
      const drawn = times[sample] as number;
      if (drawn === 0) return;
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as number;
        this.#sum[place] = (this.#sum[place] as number) + drawn * (counts[i] as number);
      }
    });
    return quantilesOf(shares, this.#us, this.#sum);
  }
}

/** A share of 99 % needs a hundred answers: with fewer it would be the greatest, by another name. */
function quantilesOf(shares: readonly number[], us: Float64Array, counts: Float64Array): (number | null)[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let reached = 0;
  let at = -1;
  return shares.map((share) => {
    if (total === 0 || total * (1 - share) < 1 - 1e-9) return null;
    while (at + 1 < us.length && reached < share * total) reached += counts[++at] as number;
    return us[Math.max(0, at)] as number;
  });
}
