import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { type Termination, terminations } from '../check/terminations.ts';

/** After the exit of a replica its endpoint may be chosen still: `settle`, as after a rollout. */
const settleUs = 1_000_000;

export interface TerminationLosses {
  /** Terminations that traffic watched from their start to their end. */
  watched: number;
  /** Of those, the ones during which no attempt failed or was left unanswered. */
  clean: number;
}

/** Failures cluster by termination, so it is the unit of what a run proves, not the request. */
export function terminationLosses(facts: RunFacts): Fold<TerminationLosses> {
  const watched = terminations(facts).filter((one) => isWatched(one, facts));
  let clean = watched;
  return {
    batch(batch: AttemptBatch): void {
      const { readyUs, sentUs, endUs } = batch;
      for (let row = 0; row < batch.length && clean.length > 0; row++) {
        const outcome = batch.outcome.at(row) as Outcome;
        if (!isFailed(outcome) && outcome !== 'unanswered') continue;
        const sent = Number.isNaN(sentUs[row]) ? (readyUs[row] as number) : (sentUs[row] as number);
        const end = endUs[row] as number;
        if (clean.some((one) => meets(one, sent, end))) clean = clean.filter((one) => !meets(one, sent, end));
      }
    },
    done: () => ({ result: { watched: watched.length, clean: clean.length } }),
  };
}

function isWatched({ fromUs, toUs }: Termination, { trafficFromUs, trafficToUs }: RunFacts): boolean {
  return fromUs >= trafficFromUs && toUs <= trafficToUs + settleUs;
}

function meets({ fromUs, toUs }: Termination, sentUs: number, endUs: number): boolean {
  return endUs >= fromUs && sentUs <= toUs;
}
