/**
 * A set of whole numbers as sorted intervals: numbers that come nearly in order and nearly without gaps take next to no
 * memory, however many they are.
 */
export class NumberSet {
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** False where it was there already. */
  add(number: number): boolean {
    let at = this.#from.length;
    // Most come at the end.
    if (at > 0 && number <= (this.#from[at - 1] as number)) at = this.#firstAbove(number);
    else if (at > 0 && number <= (this.#to[at - 1] as number)) return false;
    if (at > 0 && number <= (this.#to[at - 1] as number)) return false;
    const joinsBefore = at > 0 && this.#to[at - 1] === number - 1;
    const joinsAfter = this.#from[at] === number + 1;
    if (joinsBefore && joinsAfter) {
      this.#to.splice(at - 1, 1);
      this.#from.splice(at, 1);
    } else if (joinsBefore) this.#to[at - 1] = number;
    else if (joinsAfter) this.#from[at] = number;
    else {
      this.#from.splice(at, 0, number);
      this.#to.splice(at, 0, number);
    }
    return true;
  }

  /** How many intervals begin at or below the number. */
  #firstAbove(number: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#from[middle] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get intervals(): number {
    return this.#from.length;
  }

  get smallest(): number | null {
    return this.#from[0] ?? null;
  }

  get largest(): number | null {
    return this.#to.at(-1) ?? null;
  }

  /** How many numbers between the smallest and the largest are missing. */
  get missing(): number {
    let missing = 0;
    for (let i = 1; i < this.#from.length; i++) missing += (this.#from[i] as number) - (this.#to[i - 1] as number) - 1;
    return missing;
  }

  /** The first few of them, as [first, last]. */
  gaps(most: number): [number, number][] {
    return this.#from.slice(1, most + 1).map((from, i) => [(this.#to[i] as number) + 1, from - 1]);
  }
}
