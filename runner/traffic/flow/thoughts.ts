import { nowUs } from '../../../record/clock.ts';

/** Timers go no further (Node, setTimeout). */
const longestMs = 2 ** 31 - 1;

/** What a visitor waits for by itself. */
export class Thoughts {
  readonly #open = new Set<NodeJS.Timeout>();

  get count(): number {
    return this.#open.size;
  }

  /** Whether one can think for a time between these, in milliseconds. */
  static canLast(ms: number, toMs: number): boolean {
    return ms >= 0 && toMs >= ms && toMs <= longestMs;
  }

  /** `over`: called when the time is over, with when that should have been. */
  begin(ms: number, over: (plannedUs: number) => void): void {
    const plannedUs = Math.round(nowUs() + ms * 1000);
    const thought = setTimeout(() => {
      this.#open.delete(thought);
      over(plannedUs);
    }, Math.ceil(ms));
    this.#open.add(thought);
  }

  /** None of them comes to its end. */
  drop(): void {
    for (const thought of this.#open) clearTimeout(thought);
    this.#open.clear();
  }
}
