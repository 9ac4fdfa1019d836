import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { overlap, type Stretch, unseenPlatform } from './stretch.ts';
import { type Termination, terminations } from './terminations.ts';

/** Says of requests that met a server closing its idle connection whether its replica was on its way out just then. */
export class StaleRaces {
  readonly #terminations: readonly Termination[];
  readonly #unseen: readonly Stretch[];

  constructor(facts: RunFacts) {
    this.#terminations = terminations(facts);
    this.#unseen = unseenPlatform(facts, ['pods']);
  }

  /** Where the replica is not known, any that was terminating may have been it: a lost request is not explained away. */
  isInTermination(batch: AttemptBatch, row: number): boolean {
    const pod = batch.pod.at(row);
    const endUs = batch.endUs[row] as number;
    const sentUs = batch.sentUs[row] as number;
    return this.#terminations.some(
      (one) => (pod === null || one.pod === pod) && one.fromUs <= endUs && sentUs <= one.toUs,
    );
  }

  /** The platform was not watched meanwhile: it may have been in a termination that nobody saw. */
  isUnseen(batch: AttemptBatch, row: number): boolean {
    const stretch = { fromUs: batch.sentUs[row] as number, toUs: batch.endUs[row] as number };
    return this.#unseen.some((one) => overlap(one, stretch) !== null);
  }
}
