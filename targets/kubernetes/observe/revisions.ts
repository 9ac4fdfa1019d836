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
 * etcd and kine keep them. A kind that is kept in a store of its own shows as a change that came before a list was asked
 * for, above what it said; then nothing is concluded from them any more. Events, the only kind that clusters do keep
 * apart (--etcd-servers-overrides), are not to be asked here.
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
      return;
    }
    this.#readings.splice(at, 0, { revision, sentUs, receivedUs });
    this.#spread(at);
    if (this.#readings.length > mostReadings) this.#readings.splice(0, mostReadings / 2);
  }

  /** A later revision was asked for no earlier, and an earlier one answered no later. */
  #spread(at: number): void {
    const readings = this.#readings;
    const own = readings[at] as Reading;
    const before = readings[at - 1];
    if (before !== undefined) own.sentUs = Math.max(own.sentUs, before.sentUs);
    for (let i = at + 1; i < readings.length && (readings[i] as Reading).sentUs < own.sentUs; i++)
      (readings[i] as Reading).sentUs = own.sentUs;
    const after = readings[at + 1];
    if (after !== undefined) own.receivedUs = Math.min(own.receivedUs, after.receivedUs);
    for (let i = at - 1; i >= 0 && (readings[i] as Reading).receivedUs > own.receivedUs; i--)
      (readings[i] as Reading).receivedUs = own.receivedUs;
  }

  /** When the change that made this revision was stored. It was seen at `seenUs`. */
  interval(revision: number, seenUs: number): Interval {
    if (!this.#comparable || !Number.isSafeInteger(revision)) return { ...anyTime, latestUs: seenUs };
    const at = this.#above(revision);
    const below = this.#readings[at - 1]?.revision === revision ? at - 2 : at - 1;
    const earliestUs = this.#readings[below]?.sentUs ?? Number.NEGATIVE_INFINITY;
    if (earliestUs > seenUs) {
      this.#comparable = false;
      this.#readings.length = 0;
      return { ...anyTime, latestUs: seenUs };
    }
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
