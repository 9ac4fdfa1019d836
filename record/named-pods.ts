import type { Event } from './event.ts';

/** A replica that came back under the name of those before it. */
interface Successor {
  pod: string;
  /** When it was made, at the earliest: until then every answer was of one before it. */
  fromUs: number;
}

/**
 * Which replica it was that called itself so in an answer. A StatefulSet's pods come back under the names of those before them, which are
 * gone by then: whose an answer is follows from when its request was sent.
 */
export class NamedPods {
  readonly #names: ReadonlyMap<string, string>;
  readonly #successors = new Map<string, Successor[]>();

  /** `names`: pods by what their app calls itself, by the platform's names. */
  constructor(names: Readonly<Record<string, string>> = {}, events: readonly Event[] = []) {
    this.#names = new Map(Object.entries(names));
    for (const { kind, subject, earliestUs } of events) {
      const name = platformName(subject.name);
      if (kind !== 'created' || subject.kind !== 'replica' || name === subject.name) continue;
      const known = this.#successors.get(name) ?? [];
      this.#successors.set(name, [...known, { pod: subject.name, fromUs: earliestUs }]);
    }
    for (const known of this.#successors.values()) known.sort((a, b) => a.fromUs - b.fromUs);
  }

  get size(): number {
    return this.#names.size;
  }

  /** `sentUs`: of the request. null where nobody is known to go by that name. */
  podOf(name: string, sentUs: number): string | null {
    const pod = this.#names.get(name);
    if (pod === undefined) return null;
    return this.#successors.get(pod)?.findLast(({ fromUs }) => fromUs <= sentUs)?.pod ?? pod;
  }
}

/** `mimuc-0` of `mimuc-0#2`, as the record calls the second replica of that name. */
export function platformName(pod: string): string {
  return pod.replace(/#\d+$/, '');
}
