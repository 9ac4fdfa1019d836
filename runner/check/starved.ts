import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { overlap, type Stretch, union } from './stretch.ts';

/** So much of its wait a request must have spent while the machine was starved. */
const leastShare = 0.5;

/**
 * Tells requests that ran out of time while this machine gave ordinary processes no processor (events `starved`, which
 * come only where requests do not leave it): the generator goes before them and sends on time, and whatever was to answer
 * stood in line. Nothing but a limit of time is explained by that, for it makes late and breaks nothing.
 */
export class Starvation {
  readonly #stretches: readonly Stretch[];

  constructor({ events }: RunFacts) {
    const starved = events.filter(({ kind }) => kind === 'starved');
    this.#stretches = union(starved.map(({ earliestUs, latestUs }) => ({ fromUs: earliestUs, toUs: latestUs })));
  }

  explains(batch: AttemptBatch, row: number): boolean {
    if (this.#stretches.length === 0 || batch.outcome.at(row) !== 'timeout') return false;
    const sentUs = batch.sentUs[row] as number;
    const fromUs = Number.isNaN(sentUs) ? (batch.readyUs[row] as number) : sentUs;
    const wait = { fromUs, toUs: batch.endUs[row] as number };
    const starvedUs = this.#stretches.reduce((sum, stretch) => {
      const shared = overlap(stretch, wait);
      return shared === null ? sum : sum + shared.toUs - shared.fromUs;
    }, 0);
    return starvedUs >= leastShare * (wait.toUs - wait.fromUs);
  }
}

/** What a run says in which requests ran out of time so. */
export const starvedHint = 'run on a machine with less else to do, or with the proxy and the app on another one';
