import { type Attempt, isFailed, type Outcome, outcomes } from '../../record/attempt.ts';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Result } from '../../record/result.ts';

type FailedAttempt = Result['failures'][number];

/** As many as result.json holds. */
const most = 1000;

/** The first thousand attempts that failed or were left unanswered, in the order in which they were sent. */
export function firstFailures(facts: RunFacts): Fold<FailedAttempt[]> {
  return new FailuresFold(facts);
}

class FailuresFold implements Fold<FailedAttempt[]> {
  readonly #facts: RunFacts;
  #first: Attempt[] = [];
  /** Once there are enough: what was sent later is not among the first. */
  #latestUs = Number.POSITIVE_INFINITY;

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      if ((!isFailed(outcome) && outcome !== 'unanswered') || !outcomes.includes(outcome)) continue;
      const sent = batch.sentUs[row] as number;
      if ((Number.isNaN(sent) ? (batch.readyUs[row] as number) : sent) >= this.#latestUs) continue;
      this.#first.push(batch.attempt(row));
      if (this.#first.length >= 2 * most) this.#keepFirst();
    }
  }

  #keepFirst(): void {
    this.#first.sort((a, b) => sentUs(a) - sentUs(b));
    this.#first.length = Math.min(this.#first.length, most);
    const last = this.#first.at(-1);
    if (last !== undefined && this.#first.length === most) this.#latestUs = sentUs(last);
  }

  done(): { result: FailedAttempt[] } {
    this.#keepFirst();
    return { result: this.#first.map((attempt) => failedAttempt(attempt, this.#facts)) };
  }
}

function sentUs(attempt: Attempt): number {
  return attempt.sentUs ?? attempt.readyUs;
}

function failedAttempt(attempt: Attempt, { steps, trafficFromUs }: RunFacts): FailedAttempt {
  const { id, lane, session, connection, connectionUse, method, path, outcome, phase, detail, status } = attempt;
  const { replica, replicaSource, pod, version } = attempt;
  const fromStart = (us: number) => (us - trafficFromUs) / 1000;
  return {
    id,
    lane,
    session,
    connection,
    connectionUse,
    method,
    path,
    outcome,
    phase,
    detail,
    status,
    replica,
    replicaSource,
    pod,
    version,
    sentMs: attempt.sentUs === null ? null : fromStart(attempt.sentUs),
    endMs: fromStart(attempt.endUs),
    step: stepAt(steps, sentUs(attempt))?.name ?? null,
  };
}

/** The step during which it was sent; of two that touch, the later. */
function stepAt(steps: readonly StepFacts[], us: number): StepFacts | undefined {
  return steps.findLast((step) => step.fromUs <= us && us <= step.toUs);
}
