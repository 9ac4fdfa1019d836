import { type Stretch, union } from '../check/stretch.ts';

/** So many are kept before those that touch are made one. */
const leastKept = 1_024;

/**
 * Moments, as far as it matters what is near to one of them: within `nearUs`, that included. Memory grows with the time that they
 * cover, not with their number.
 */
export class Moments {
  readonly #nearUs: number;
  #around: Stretch[] = [];
  #most = leastKept;

  constructor(nearUs: number) {
    this.#nearUs = nearUs;
  }

  add(us: number): void {
    const [fromUs, toUs] = [us - this.#nearUs, us + this.#nearUs];
    const last = this.#around.at(-1);
    if (last !== undefined && fromUs >= last.fromUs && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else this.#around.push({ fromUs, toUs });
    if (this.#around.length < this.#most) return;
    this.#around = union(this.#around);
    this.#most = Math.max(leastKept, 2 * this.#around.length);
  }

  /** How many stretches stand for them. */
  get length(): number {
    return this.#around.length;
  }

  isNear(us: number): boolean {
    return this.#around.some(({ fromUs, toUs }) => fromUs <= us && us <= toUs);
  }
}
