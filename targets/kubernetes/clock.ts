/** A stretch of our clock in which something happened; either end may be infinite. */
export interface Interval {
  earliestUs: number;
  latestUs: number;
}

export const anyTime: Interval = { earliestUs: Number.NEGATIVE_INFINITY, latestUs: Number.POSITIVE_INFINITY };

/** Both hold. Where they contradict each other the first is believed: give the one that rests on fewer clocks first. */
export function narrowed(trusted: Interval, other: Interval): Interval {
  const earliestUs = Math.max(trusted.earliestUs, other.earliestUs);
  const latestUs = Math.min(trusted.latestUs, other.latestUs);
  return earliestUs <= latestUs ? { earliestUs, latestUs } : trusted;
}

/** Platform times have whole seconds, cut off: the moment lies within the second that follows. */
const stampUs = 1_000_000;
/** A clock that is being set right runs off by up to 500 ppm (adjtimex(2)); our own may do so too. */
const driftShare = 0.001;

/**
 * How far somebody's wall clock is from our monotonic one: the offset (their microseconds since 1970 minus our
 * microseconds) lies in a bracket that each stamp narrows of which it is known what came before or after it. A bracket
 * widens with time, as clocks drift. Stamps that contradict each other come from a clock that was set, or from several
 * machines that answer in turn: from then on the bracket holds all that was ever seen and never narrows.
 */
export class PlatformClock {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #leastAtUs = 0;
  #mostAtUs = 0;
  #steady = true;
  readonly #seen = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };

  /** The stamp (microseconds since 1970, of a whole second) was made between two moments of our clock, as far as known. */
  add(stamp: number, { earliestUs, latestUs }: Interval): void {
    const least = stamp - latestUs;
    const most = stamp + stampUs - earliestUs;
    if (Number.isFinite(least)) this.#seen.least = Math.min(this.#seen.least, least);
    if (Number.isFinite(most)) this.#seen.most = Math.max(this.#seen.most, most);
    const atUs = Number.isFinite(latestUs) ? latestUs : earliestUs;
    this.#narrow(least, most, atUs);
    if (this.#leastAt(atUs) > this.#mostAt(atUs)) this.#steady = false;
  }

  #narrow(least: number, most: number, atUs: number): void {
    if (least > this.#leastAt(atUs)) {
      this.#least = least;
      this.#leastAtUs = atUs;
    }
    if (most < this.#mostAt(atUs)) {
      this.#most = most;
      this.#mostAtUs = atUs;
    }
  }

  #leastAt(us: number): number {
    return this.#steady ? this.#least - Math.abs(us - this.#leastAtUs) * driftShare : this.#seen.least;
  }

  #mostAt(us: number): number {
    return this.#steady ? this.#most + Math.abs(us - this.#mostAtUs) * driftShare : this.#seen.most;
  }

  /** When a stamp of this clock was made, in ours. `aboutUs`: a moment of ours near it. */
  interval(stamp: number, aboutUs: number): Interval {
    return { earliestUs: stamp - this.#mostAt(aboutUs), latestUs: stamp + stampUs - this.#leastAt(aboutUs) };
  }
}

/** Every clock that stamps what is seen of a cluster: `api`, and one for each node's kubelet. */
export class Clocks {
  readonly api = new PlatformClock();
  readonly #nodes = new Map<string, PlatformClock>();

  node(name: string): PlatformClock {
    const known = this.#nodes.get(name) ?? new PlatformClock();
    this.#nodes.set(name, known);
    return known;
  }
}

/** `2026-11-24T18:23:28Z`, as metav1.Time is written, or an HTTP date, in microseconds since 1970; null where it is neither. */
export function stampOf(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000) * stampUs;
}
