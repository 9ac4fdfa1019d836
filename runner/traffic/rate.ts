import type { Lane } from './lane.ts';

/** A stretch in which the rate goes evenly from one value to another; the last one has no end. Requests and seconds. */
interface Stretch {
  fromS: number;
  lengthS: number;
  fromRate: number;
  toRate: number;
  /** How many requests are due before it. */
  before: number;
}

/**
 * The planned rate over time, piecewise linear, turned around: when is the n-th request due? In a stretch from rate a
 * with slope k the number due after t seconds is n = a t + k t^2 / 2, so t = 2 n / (a + sqrt(a^2 + 2 k n)): the root
 * of the quadratic in the form that loses no digits where k is near 0 (Press et al., Numerical Recipes, 5.6).
 */
export class Rate {
  readonly #stretches: Stretch[] = [];
  #current = 0;

  constructor(startRate: number, ramps: Lane['ramps']) {
    let fromS = 0;
    let rate = startRate;
    let before = 0;
    for (const { to, overUs } of ramps) {
      const lengthS = overUs / 1e6;
      this.#stretches.push({ fromS, lengthS, fromRate: rate, toRate: to, before });
      before += ((rate + to) / 2) * lengthS;
      fromS += lengthS;
      rate = to;
    }
    this.#stretches.push({ fromS, lengthS: Number.POSITIVE_INFINITY, fromRate: rate, toRate: rate, before });
  }

  /**
   * Microseconds from the start at which `n` requests (a fraction too) are due; Infinity where the plan never gets
   * there. Ask with numbers that do not fall: it goes through the stretches once.
   */
  dueUs(n: number): number {
    while (this.#current + 1 < this.#stretches.length && n >= this.#at(this.#current + 1).before) this.#current++;
    const { fromS, lengthS, fromRate, toRate, before } = this.#at(this.#current);
    const within = n - before;
    const slope = (toRate - fromRate) / lengthS;
    const root = fromRate + Math.sqrt(Math.max(0, fromRate * fromRate + 2 * slope * within));
    if (root === 0) return within > 0 || fromRate === toRate ? Number.POSITIVE_INFINITY : fromS * 1e6;
    return (fromS + (2 * within) / root) * 1e6;
  }

  #at(index: number): Stretch {
    return this.#stretches[index] as Stretch;
  }
}
