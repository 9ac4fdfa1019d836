import type { Turn } from './lane.ts';

/** When a lane that sends by turns may send. Times are in microseconds from the start of the plan. */
export class Turns {
  readonly #turns: readonly (Turn & { beforeUs: number })[];
  #placed = 0;
  #opened = 0;

  /** Stretches that rise and do not overlap. */
  constructor(turns: readonly Turn[]) {
    let beforeUs = 0;
    this.#turns = turns.map((turn) => {
      const placed = { ...turn, beforeUs };
      beforeUs += turn.toUs - turn.fromUs;
      return placed;
    });
  }

  /** When the lane will have had its turn for so long; Infinity behind the last one. Ask with times that do not fall. */
  placeUs(inTurnsUs: number): number {
    for (; this.#placed < this.#turns.length; this.#placed++) {
      const { fromUs, toUs, beforeUs } = this.#at(this.#placed);
      const placeUs = fromUs + inTurnsUs - beforeUs;
      if (placeUs < toUs) return placeUs;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The same moment where it is the lane's turn, else when that begins; Infinity behind the last one. Ask with times that do not fall. */
  opensUs(us: number): number {
    for (; this.#opened < this.#turns.length; this.#opened++) {
      const { fromUs, toUs } = this.#at(this.#opened);
      if (us < toUs) return Math.max(us, fromUs);
    }
    return Number.POSITIVE_INFINITY;
  }

  #at(index: number): Turn & { beforeUs: number } {
    return this.#turns[index] as Turn & { beforeUs: number };
  }
}
