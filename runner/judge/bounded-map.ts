/** What is counted under the names past the last that is kept. */
export const others = 'others';

/**
 * A map of names that come from answers: past `limit` of them (an app that names itself anew in each answer) the rest
 * share one entry, so that memory stays flat.
 */
export class BoundedMap<Value> {
  readonly #values = new Map<string, Value>();
  readonly #limit: number;
  readonly #make: (name: string) => Value;

  constructor(limit: number, make: (name: string) => Value) {
    this.#limit = limit;
    this.#make = make;
  }

  get(name: string): Value {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    if (this.#values.size >= this.#limit && name !== others) return this.get(others);
    const made = this.#make(name);
    this.#values.set(name, made);
    return made;
  }

  toObject<Shown>(show: (value: Value) => Shown): Record<string, Shown> {
    return Object.fromEntries([...this.#values].map(([name, value]) => [name, show(value)]));
  }
}
