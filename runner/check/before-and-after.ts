import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { factsOfApp } from '../../record/lane-roles.ts';
import { type Baseline, baselineOf } from './baseline.ts';
import { GeneratorLimit } from './generator-limit.ts';
import { isUnresolved, kindOf } from './kinds.ts';
import type { LaneFailure } from './new-failures.ts';
import { foundNoConnection } from './no-free-connection.ts';
import { StaleRaces } from './stale-races.ts';
import { Starvation } from './starved.ts';

/** What a lane sent and lost before the first change, and after it. */
export class LaneTally {
  planned = 0;
  /** By this machine or its resolver. */
  unsent = 0;
  /** Ran out of time while this machine was starved. */
  starved = 0;
  sentBefore = 0;
  sentAfter = 0;
  readonly before: LaneFailure[] = [];
  readonly after: (LaneFailure & { outcome: Outcome })[] = [];
}

/** The lanes of the app, or one of them, told apart by the first change. Memory grows with what failed. */
export class BeforeAndAfterTallies {
  readonly baseline: Baseline;
  readonly lanes = new Map<string, LaneTally>();
  readonly #complete: boolean;
  readonly #staleRaces: StaleRaces;
  readonly #starvation: Starvation;
  /** What it says of a lane holds once all rows were seen. */
  readonly generator = new GeneratorLimit();

  constructor(facts: RunFacts, lane: string | null) {
    this.baseline = baselineOf(facts);
    this.#complete = facts.complete;
    this.#staleRaces = new StaleRaces(facts);
    this.#starvation = new Starvation(facts);
    for (const { name } of factsOfApp(facts).lanes)
      if (lane === null || name === lane) this.lanes.set(name, new LaneTally());
  }

  see(batch: AttemptBatch, row: number): void {
    const tally = this.lanes.get(batch.lane.at(row) as string);
    if (tally === undefined) return;
    const outcome = batch.outcome.at(row) as Outcome;
    tally.planned++;
    if (outcome === 'unsent' || isUnresolved(batch.phase.at(row), batch.detail.at(row))) {
      tally.unsent++;
      return;
    }
    const isStarved = this.#starvation.explains(batch, row);
    this.generator.see(batch, row, isStarved);
    if (isStarved) {
      tally.starved++;
      return;
    }
    const sentUs = Number.isNaN(batch.sentUs[row]) ? (batch.readyUs[row] as number) : (batch.sentUs[row] as number);
    const { fromUs, toUs } = this.baseline;
    // What an earlier rollout lost is no measure of what is ordinary, and excuses nothing.
    const isBefore = sentUs >= fromUs && sentUs < toUs;
    if (isBefore) tally.sentBefore++;
    else tally.sentAfter++;
    if (!this.#isLost(batch, row, outcome)) return;
    const kind = kindOf(outcome, batch.status[row] as number);
    if (kind === null) return;
    // What was under way when the change began may have failed by it: it excuses nothing.
    const failure = { kind, sentUs, ...(foundNoConnection(batch, row) && { noConnection: true }) };
    if (isBefore && (batch.endUs[row] as number) < toUs) tally.before.push(failure);
    else tally.after.push({ ...failure, outcome });
  }

  /** A race of an idle connection is lost where a drain would have avoided it; zero-failed judges the others. */
  #isLost(batch: AttemptBatch, row: number, outcome: Outcome): boolean {
    if (outcome === 'stale-race') return this.#staleRaces.isInTermination(batch, row);
    return outcome === 'unanswered' ? this.#complete : isFailed(outcome);
  }
}
