import type { Attempt } from '../../../record/attempt.ts';
import { isFailed } from '../../../record/attempt.ts';
import type { AttemptBatch, Fold } from '../../../record/fold.ts';

/**
 * Where a request was lost. Targets are compared by these and not by the classes of a failure, as one and the same
 * replica that is gone is a refusal of a process, an unreachable pod, or a connect that hangs while its network goes.
 */
export const whereLost = ['no connection', 'broken in flight', 'bad answer'] as const;
export type WhereLost = (typeof whereLost)[number];

export type Losses = Record<WhereLost, number>;

type Failed = Pick<Attempt, 'outcome' | 'phase' | 'connectionUse' | 'firstByteUs'>;

/** Null of what did not fail. */
export function whereWasLost({ outcome, phase, connectionUse, firstByteUs }: Failed): WhereLost | null {
  if (!isFailed(outcome)) return null;
  switch (outcome) {
    case 'refused':
    case 'unreachable':
      return 'no connection';
    case 'timeout':
      return phase === 'resolve' || phase === 'connect' ? 'no connection' : 'broken in flight';
    // A balancer in between accepts first; that nobody was behind it shows in a new connection that ends without a byte.
    case 'reset':
    case 'closed':
      return connectionUse === 1 && firstByteUs === null ? 'no connection' : 'broken in flight';
    case 'truncated':
    case 'stale-race':
      return 'broken in flight';
    default:
      return 'bad answer';
  }
}

export class LossesFold implements Fold<Losses> {
  readonly #losses: Losses = { 'no connection': 0, 'broken in flight': 0, 'bad answer': 0 };

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if (batch.outcome.at(row) === 'ok') continue;
      const where = whereWasLost(batch.attempt(row));
      if (where !== null) this.#losses[where]++;
    }
  }

  done(): { result: Losses } {
    return { result: this.#losses };
  }
}
