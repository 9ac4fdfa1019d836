import type { TextColumn } from './fold.ts';
import type { NamedPods } from './named-pods.ts';

/**
 * The pod of each row: as the record has it, or, where the way there showed none (behind a Service's address), the one that is
 * known to call itself by the name in the answer.
 */
export class PodColumn implements TextColumn {
  readonly #pod: TextColumn;
  readonly #replica: TextColumn;
  readonly #sentUs: () => Float64Array;
  readonly #names: NamedPods;

  constructor(pod: TextColumn, replica: TextColumn, sentUs: () => Float64Array, names: NamedPods) {
    this.#pod = pod;
    this.#replica = replica;
    this.#sentUs = sentUs;
    this.#names = names;
  }

  at(row: number): string | null {
    const pod = this.#pod.at(row);
    if (pod !== null) return pod;
    const name = this.#replica.at(row);
    return name === null ? null : this.#names.podOf(name, this.#sentUs()[row] as number);
  }
}
