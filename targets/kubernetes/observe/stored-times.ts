import { type Interval, narrowed, type PlatformClock, stampOf } from '../clock.ts';
import type { Known, Message } from './message.ts';
import type { KubernetesObject, Resource } from './objects.ts';
import { Revisions, revisionOf } from './revisions.ts';

type Of<K extends Message['kind']> = Extract<Message, { kind: K }>;

/** For what was there longer than anybody knows: a record's times are finite. Thirty years before the machine's start. */
export const longAgoUs = -1e15;

/** When the API server stored what it tells, on our clock: by revisions where they say it, else by its own stamps. */
export class StoredTimes {
  readonly #api: PlatformClock;
  readonly #revisions = new Revisions();
  /** By UID. */
  readonly #madeUs = new Map<string, number>();
  readonly #boundUs = new Map<string, number>();

  constructor(api: PlatformClock) {
    this.#api = api;
  }

  answered({ date, sentUs, receivedUs }: Of<'answer'>): void {
    const stamp = stampOf(date);
    if (stamp !== null) this.#api.add(stamp, { earliestUs: sentUs, latestUs: receivedUs });
  }

  revisionTold(message: Of<'revision'>): void {
    this.#revisions.add({ ...message, revision: revisionOf(message.revision) });
  }

  /** When a version of an object was stored. */
  stored(resource: Resource, { metadata }: KubernetesObject, seenUs: number): Interval {
    // Clusters may keep Events in a store of their own, which counts for itself.
    const revision = resource === 'events' ? Number.NaN : revisionOf(metadata.resourceVersion);
    const interval = this.#revisions.interval(revision, seenUs);
    if (Number.isFinite(interval.earliestUs)) return interval;
    // Each write leaves a stamp with the names of the fields that it set, the last one the newest.
    const stamps = (metadata.managedFields ?? []).map(({ time }) => stampOf(time)).filter((stamp) => stamp !== null);
    const { earliestUs } = this.#api.interval(Math.max(...stamps), seenUs);
    const made = this.madeUs(metadata.uid);
    return narrowed(
      { earliestUs: Math.max(made, longAgoUs), latestUs: interval.latestUs },
      { ...interval, earliestUs },
    );
  }

  /** Up to when all of a kind was known, where that is what was known of it. */
  knownUs(resource: Resource, { us, revision }: Known): number {
    if (resource === 'events') return us;
    return Math.max(us, this.#revisions.interval(revisionOf(revision) + 1, Number.POSITIVE_INFINITY).earliestUs);
  }

  made(uid: string, us: number): void {
    this.#madeUs.set(uid, us);
  }

  madeUs(uid: string): number {
    return this.#madeUs.get(uid) ?? longAgoUs;
  }

  /** To a node; the first time counts. */
  bound(uid: string, us: number): void {
    if (!this.#boundUs.has(uid)) this.#boundUs.set(uid, us);
  }

  boundUs(uid: string): number {
    return this.#boundUs.get(uid) ?? this.madeUs(uid);
  }

  forget(uid: string): void {
    this.#madeUs.delete(uid);
    this.#boundUs.delete(uid);
  }
}
