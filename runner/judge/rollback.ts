import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Result, Verdict } from '../../record/result.ts';
import { count, list } from '../check/phrases.ts';
import { worst } from './verdict.ts';

type RollbackResult = NonNullable<Result['rollback']>;

type Versions = NonNullable<RollbackResult['versions']>;

interface Tally {
  sent: number;
  lost: number;
}

/** The way back, judged by itself: what it lost, and whether the old version answers again. null where there was none. */
export function rollback(facts: RunFacts): Fold<RollbackResult | null> {
  return new RollbackFold(facts);
}

class RollbackFold implements Fold<RollbackResult | null> {
  readonly #facts: RunFacts;
  readonly #steps: readonly StepFacts[];
  readonly #all: Tally = { sent: 0, lost: 0 };
  /** In the last step, when all is as it is to stay. */
  readonly #last: Tally = { sent: 0, lost: 0 };
  readonly #before = new Set<string>();
  readonly #after = new Set<string>();

  constructor(facts: RunFacts) {
    this.#facts = facts;
    this.#steps = facts.steps.filter((step) => step.rollback === true);
  }

  batch(batch: AttemptBatch): void {
    const { rollback: back, complete, steps } = this.#facts;
    if (back === undefined) return;
    const lastFromUs = this.#steps.at(-1)?.fromUs ?? Number.POSITIVE_INFINITY;
    const changedUs = steps.find(({ verb }) => verb === 'run')?.fromUs ?? back.fromUs;
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      if (outcome === 'unsent') continue;
      const sentUs = Number.isNaN(batch.sentUs[row]) ? (batch.readyUs[row] as number) : (batch.sentUs[row] as number);
      const version = batch.version.at(row);
      if (outcome === 'ok' && version !== null && sentUs < changedUs) this.#before.add(version);
      if (sentUs < back.fromUs) continue;
      const isLost = outcome === 'unanswered' ? complete : isFailed(outcome) && outcome !== 'stale-race';
      add(this.#all, isLost);
      if (sentUs < lastFromUs) continue;
      add(this.#last, isLost);
      if (outcome === 'ok' && version !== null) this.#after.add(version);
    }
  }

  done(): { result: RollbackResult | null } {
    return { result: this.#conclude() };
  }

  #conclude(): RollbackResult | null {
    const { rollback: back, trafficFromUs, trafficToUs } = this.#facts;
    if (back === undefined) return null;
    const versions = this.#versions();
    const { sent, lost } = this.#all;
    const fromStart = (us: number) => (us - trafficFromUs) / 1000;
    const returned = versions === null ? null : versions.after.every((version) => versions.before.includes(version));
    return {
      verdict: this.#verdict(returned),
      message: this.#message(versions, returned),
      because: back.because,
      fromMs: fromStart(back.fromUs),
      toMs: Math.max(fromStart(back.fromUs), fromStart(trafficToUs)),
      sent,
      lost,
      restored: this.#isRestored(),
      ...(versions !== null && { versions }),
    };
  }

  #isRestored(): boolean {
    return this.#last.sent > 0 && this.#last.lost === 0;
  }

  /** As answers say it, else as the platform does. */
  #versions(): Versions | null {
    const sorted = (of: ReadonlySet<string>) => [...of].sort();
    if (this.#before.size > 0 && this.#after.size > 0)
      return { by: 'answers', before: sorted(this.#before), after: sorted(this.#after) };
    const seen = this.#facts.rollback?.versions;
    return seen === undefined ? null : { by: 'platform', ...seen };
  }

  #verdict(returned: boolean | null): Verdict {
    const unwatched = this.#steps.some(({ terminationsWatched }) => terminationsWatched === false);
    return worst([
      ...this.#steps.map(({ verdict }) => verdict),
      this.#all.lost > 0 || returned === false ? 'fail' : 'pass',
      this.#all.sent === 0 || unwatched || !this.#facts.complete ? 'inconclusive' : 'pass',
    ]);
  }

  #message(versions: Versions | null, returned: boolean | null): string {
    const { sent, lost } = this.#all;
    const traffic =
      sent === 0
        ? 'no request was sent on the way back'
        : lost === 0
          ? `the way back lost none of ${count(sent, 'request')}`
          : `the way back lost ${lost} of ${count(sent, 'request')}, ${this.#isRestored() ? 'and none at its end' : `${this.#last.lost} of them after it`}`;
    const who =
      versions === null
        ? 'which version answers is not known'
        : returned
          ? `${list(versions.after)} ${versions.by === 'answers' ? 'answers' : 'serves'} again`
          : `${list(versions.after)} ${versions.by === 'answers' ? 'answers' : 'serves'} in place of ${list(versions.before)}`;
    const steps = this.#steps.flatMap(({ message, verdict }) => (verdict !== 'pass' && message ? [message] : []));
    return `Rolled back: ${[traffic, who, ...steps].join('; ')}.`;
  }
}

function add(tally: Tally, isLost: boolean): void {
  tally.sent++;
  if (isLost) tally.lost++;
}
