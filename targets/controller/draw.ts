import { createHash } from 'node:crypto';
import { type TimingName, timing } from './timing.ts';

/**
 * Chance that follows from the seed and from what it is drawn for, not from the order of the draws: that order depends
 * on real processes, and a run with the same seed should draw the same times for the same replica all the same.
 */
export class Draw {
  readonly #seed: number;
  readonly #uses = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A number in [0, 1); each use of a purpose gives the next one. */
  share(purpose: string): number {
    const use = this.#uses.get(purpose) ?? 0;
    this.#uses.set(purpose, use + 1);
    const hash = createHash('sha256').update(`${this.#seed}/${purpose}/${use}`).digest();
    return hash.readUInt32BE(0) / 2 ** 32;
  }

  /** A duration of timing.ts, in ms: any that was measured is as likely as any other, and so is what lies between two. */
  ms(name: TimingName, purpose: string): number {
    return quantile(timing[name], this.share(`${name}/${purpose}`));
  }

  /** One of them; undefined where there is none. */
  oneOf<T>(items: readonly T[], purpose: string): T | undefined {
    return items[Math.floor(this.share(purpose) * items.length)];
  }

  /** Letters as Kubernetes puts them behind a pod's name (k8s.io/apimachinery/pkg/util/rand: no vowels, no 0, 1, 3). */
  letters(count: number, purpose: string): string {
    const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
    return Array.from({ length: count }, () => alphabet[Math.floor(this.share(purpose) * alphabet.length)]).join('');
  }
}

/**
 * Of sorted samples, with straight lines between them (type 7 of Hyndman and Fan, Sample Quantiles in Statistical
 * Packages, 1996): `share` 0 is the least, 1 the greatest. Below zero is how exact the measurement was, not a time.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return Math.max(0, below + (above - below) * (place % 1));
}
