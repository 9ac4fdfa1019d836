import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { type Termination, terminations } from '../check/terminations.ts';

/** After the exit of a replica its endpoint may be chosen still: `settle`, as after a rollout. */
const settleUs = 1_000_000;

export interface TerminationLosses {
  /** Terminations within traffic's time in which a request was sent. */
  watched: number;
  /** Of those, the ones that ended by themselves, and during which no attempt failed or was left unanswered. */
  clean: number;
}

/** Failures cluster by termination, so it is the unit of what a run proves, not the request. */
export function terminationLosses(facts: RunFacts): Fold<TerminationLosses> {
  const inTraffic = terminations(facts).filter((one) => isInTraffic(one, facts));
  let silent = inTraffic;
  // What was cut off by a SIGKILL lost nothing by luck.
  let clean = inTraffic.filter(({ killed }) => !killed);
  return {
    batch(batch: AttemptBatch): void {
      const { readyUs, sentUs, endUs } = batch;
      for (let row = 0; row < batch.length && (silent.length > 0 || clean.length > 0); row++) {
        const outcome = batch.outcome.at(row) as Outcome;
        const sent = Number.isNaN(sentUs[row]) ? (readyUs[row] as number) : (sentUs[row] as number);
        if (outcome !== 'unsent' && silent.some((one) => meets(one, sent, sent)))
          silent = silent.filter((one) => !meets(one, sent, sent));
        if (!isFailed(outcome) && outcome !== 'unanswered') continue;
        const end = endUs[row] as number;
        if (clean.some((one) => meets(one, sent, end))) clean = clean.filter((one) => !meets(one, sent, end));
      }
    },
    done: () => {
      const isWatched = (one: Termination) => !silent.includes(one);
      return { result: { watched: inTraffic.filter(isWatched).length, clean: clean.filter(isWatched).length } };
    },
  };
}

function isInTraffic({ fromUs, toUs }: Termination, { trafficFromUs, trafficToUs }: RunFacts): boolean {
  return fromUs >= trafficFromUs && toUs <= trafficToUs + settleUs;
}

function meets({ fromUs, toUs }: Termination, sentUs: number, endUs: number): boolean {
  return endUs >= fromUs && sentUs <= toUs;
}
