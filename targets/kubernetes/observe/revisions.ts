import { anyTime, type Interval } from '../clock.ts';

/** At some moment between these two, the store's newest revision was this one. */
interface Reading {
  revision: number;
  sentUs: number;
  receivedUs: number;
}

/** An hour of the heartbeat; what is older than that is as if it had come before the first. */
const mostReadings = 20_000;

/**
 * When a change was stored, by its resourceVersion alone, and so by no clock but ours: resourceVersions of a store grow
 * with each change, whatever its kind, and every list says which was the newest when it was read. A change above what a
 * list said came after that list was asked for; one that is not, before it was answered.
 *
 * Kubernetes promises that they are numbers that grow within a kind (KEP-5504); that the kinds share one count is how
 * etcd and kine keep them. A kind that is kept in a store of its own shows as a list that was asked for after another was
 * answered and says less; then nothing is concluded from them any more. Events, the only kind that clusters do keep apart
 * (--etcd-servers-overrides), are not to be asked here.
 */
export class Revisions {
  /** By revision; sentUs and receivedUs never fall from one to the next. */
  readonly #readings: Reading[] = [];
  #comparable = true;

  /** What a list said of the store, or a write of the object that it made. */
  add({ revision, sentUs, receivedUs }: Reading): void {
    if (!this.#comparable || !Number.isSafeInteger(revision)) return;
    const at = this.#above(revision);
    const before = this.#readings[at - 1];
    if (before?.revision === revision) {
      before.sentUs = Math.max(before.sentUs, sentUs);
      before.receivedUs = Math.min(before.receivedUs, receivedUs);
      this.#spread(at - 1);
    } else {
      this.#readings.splice(at, 0, { revision, sentUs, receivedUs });
      this.#spread(at);
    }
    if (this.#readings.length > mostReadings) this.#readings.splice(0, mostReadings / 2);
  }

  /** A later revision was there no earlier, and an earlier one no later. */
  #spread(at: number): void {
    const readings = this.#readings;
    const own = readings[at] as Reading;
    own.sentUs = Math.max(own.sentUs, readings[at - 1]?.sentUs ?? Number.NEGATIVE_INFINITY);
    own.receivedUs = Math.min(own.receivedUs, readings[at + 1]?.receivedUs ?? Number.POSITIVE_INFINITY);
    let last = at;
    for (; (readings[last + 1]?.sentUs ?? Number.POSITIVE_INFINITY) < own.sentUs; last++)
      (readings[last + 1] as Reading).sentUs = own.sentUs;
    let first = at;
    for (; (readings[first - 1]?.receivedUs ?? Number.NEGATIVE_INFINITY) > own.receivedUs; first--)
      (readings[first - 1] as Reading).receivedUs = own.receivedUs;
    for (let i = Math.max(0, first - 1); i <= last; i++) this.#compare(readings[i] as Reading, readings[i + 1]);
    if (!this.#comparable) readings.length = 0;
  }

  /** The store cannot have been at the lower one after it was at the higher. */
  #compare(lower: Reading, higher: Reading | undefined): void {
    if (higher !== undefined && higher.receivedUs < lower.sentUs) this.#comparable = false;
  }

  /** When the change that made this revision was stored. It was seen at `seenUs`. */
  interval(revision: number, seenUs: number): Interval {
    if (!this.#comparable || !Number.isSafeInteger(revision)) return { ...anyTime, latestUs: seenUs };
    const at = this.#above(revision);
    const below = this.#readings[at - 1]?.revision === revision ? at - 2 : at - 1;
    const earliestUs = this.#readings[below]?.sentUs ?? Number.NEGATIVE_INFINITY;
    const first = this.#readings[below + 1];
    return { earliestUs, latestUs: Math.min(seenUs, first?.receivedUs ?? Number.POSITIVE_INFINITY) };
  }

  /** The place of the first reading above a revision. */
  #above(revision: number): number {
    let low = 0;
    let high = this.#readings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#readings[middle] as Reading).revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A resourceVersion as a number; NaN where it is none. */
export function revisionOf(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
}
