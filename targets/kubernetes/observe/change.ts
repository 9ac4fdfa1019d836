import type { Event, EventKind } from '../../../record/event.ts';
import { type Clocks, type Interval, narrowed, stampOf } from '../clock.ts';
import type { KubernetesObject, Pod, ReplicaSet } from './objects.ts';

/** An object that is another than it was. */
export interface Change<T> {
  /** null: it was not there. */
  before: T | null;
  /** null: it is gone. */
  after: T | null;
  /** When what differs was stored: by the watch that one change; by a list all of several, each somewhere in there. */
  within: Interval;
  /** It was there when the first list was made: none of it is new. */
  first: boolean;
}

/** What translating a change needs to know besides. */
export interface Scene {
  clocks: Clocks;
  /** The tag of an image. */
  versionOf(image: string): string;
  /** What the record calls a pod: by its name, with a number where that came back. */
  nameOf(pod: Pod): string;
  nameOfWorkload(owner: { kind: string; name: string }): string;
  /** Its ReplicaSet, where it has one and it is known. */
  replicaSetOf(pod: Pod): ReplicaSet | undefined;
  /** When an object was made at the earliest; for a pod, when a node was first told of it. */
  madeUs(uid: string): number;
  boundUs(uid: string): number;
}

/** A write is stored soon after it was stamped. */
const storingUs = 1_000_000;

/** When the API server stamped something, of which it is known when it was stored. */
export function stampedByServer(stamp: number | null, within: Interval, { clocks }: Scene): Interval {
  if (stamp === null) return within;
  const { earliestUs, latestUs } = clocks.api.interval(stamp, within.latestUs);
  return narrowed(within, { earliestUs, latestUs: latestUs + storingUs });
}

export function createdWithin({ metadata }: KubernetesObject, within: Interval, scene: Scene): Interval {
  return stampedByServer(stampOf(metadata.creationTimestamp), within, scene);
}

/** An event of the record at some time. */
export function eventAt(
  { earliestUs, latestUs }: Interval,
  kind: EventKind,
  subject: Event['subject'],
  details: Partial<Event> = {},
): Event {
  return { earliestUs, latestUs, kind, subject, ...details };
}

/** Leaves out what is not said. */
export function said<T extends object>(details: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined && value !== '')) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
