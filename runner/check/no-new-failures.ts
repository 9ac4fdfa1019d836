import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import { type Baseline, baselineOf } from './baseline.ts';
import type { Check, Finding } from './check.ts';
import { isUnresolved, kindOf } from './kinds.ts';
import {
  alarm,
  countsOf,
  type Judgement,
  judgeLane,
  type LaneFailure,
  type LaneRecord,
  longer,
  ruleFor,
  tell,
} from './new-failures.ts';
import { OrdinaryAnswers } from './ordinary-answers.ts';
import { PathFailures } from './path-failures.ts';
import { count, onLane } from './phrases.ts';
import { StaleRaces } from './stale-races.ts';
import { zeroFailed } from './zero-failed.ts';

/** Of planned requests; above it, what was not sent could hide what would have failed. */
const unsentBound = 1 / 1000;

export interface NoNewFailuresOptions {
  clean?: 'fail' | 'inconclusive';
  ordinaryPercent?: number;
}

export const noNewFailures: Check<NoNewFailuresOptions> = {
  name: 'no-new-failures',
  summary: 'No more requests failed after the first change than before it, but for what chance explains.',
  options: Type.Object(
    {
      clean: Type.Optional(
        Type.Union([Type.Literal('fail'), Type.Literal('inconclusive')], {
          description:
            'what a failure is where none of its kind came before the change; fail: such a lane is held to zero-failed',
        }),
      ),
      ordinaryPercent: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 10,
          description:
            'with clean: fail, the largest share of bad statuses, one by one, that may be what the service always gives: inconclusive in place of fail',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  falseAlarm: alarm,
  seesControlLanes: true,
  fold: (options, facts, lane) => new NoNewFailures(options, facts, lane),
};

class LaneTally {
  planned = 0;
  /** By this machine or its resolver. */
  unsent = 0;
  sentBefore = 0;
  sentAfter = 0;
  readonly before: LaneFailure[] = [];
  readonly after: (LaneFailure & { outcome: Outcome })[] = [];
}

class NoNewFailures implements Fold<Finding> {
  readonly #clean: 'fail' | 'inconclusive';
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #control: ReadonlySet<string>;
  readonly #path: PathFailures;
  readonly #staleRaces: StaleRaces;
  readonly #baseline: Baseline;
  readonly #ordinary: OrdinaryAnswers | null;
  readonly #lanes = new Map<string, LaneTally>();
  /** By lane, what zero-failed says of it. */
  readonly #zero: ReadonlyMap<string, Fold<Finding>>;

  constructor(options: NoNewFailuresOptions, facts: RunFacts, lane: string | null) {
    this.#clean = options.clean ?? 'inconclusive';
    this.#facts = factsOfApp(facts);
    this.#lane = lane;
    this.#control = controlLanes(facts);
    this.#path = new PathFailures(facts);
    this.#staleRaces = new StaleRaces(facts);
    this.#baseline = baselineOf(facts);
    const { ordinaryPercent = 0 } = options;
    this.#ordinary = ordinaryPercent > 0 ? new OrdinaryAnswers(facts, ordinaryPercent) : null;
    for (const { name } of this.#facts.lanes)
      if (lane === null || name === lane) this.#lanes.set(name, new LaneTally());
    this.#zero = new Map(
      this.#clean === 'fail' ? [...this.#lanes.keys()].map((name) => [name, zeroFailed.fold({}, facts, name)]) : [],
    );
  }

  batch(batch: AttemptBatch): void {
    for (const fold of this.#zero.values()) fold.batch(batch);
    for (let row = 0; row < batch.length; row++) {
      if (this.#control.size > 0) this.#path.see(batch, row);
      this.#ordinary?.see(batch, row);
      const tally = this.#lanes.get(batch.lane.at(row) as string);
      if (tally !== undefined) this.#count(batch, row, tally);
    }
  }

  #count(batch: AttemptBatch, row: number, tally: LaneTally): void {
    const outcome = batch.outcome.at(row) as Outcome;
    tally.planned++;
    if (outcome === 'unsent' || isUnresolved(batch.phase.at(row), batch.detail.at(row))) {
      tally.unsent++;
      return;
    }
    const sentUs = Number.isNaN(batch.sentUs[row]) ? (batch.readyUs[row] as number) : (batch.sentUs[row] as number);
    const { fromUs, toUs } = this.#baseline;
    // What an earlier rollout lost is no measure of what is ordinary, and excuses nothing.
    const isBefore = sentUs >= fromUs && sentUs < toUs;
    if (isBefore) tally.sentBefore++;
    else tally.sentAfter++;
    if (!this.#isLost(batch, row, outcome)) return;
    const kind = kindOf(outcome, batch.status[row] as number);
    if (kind === null) return;
    // What was under way when the change began may have failed by it: it excuses nothing.
    if (isBefore && (batch.endUs[row] as number) < toUs) tally.before.push({ kind, sentUs });
    else tally.after.push({ kind, sentUs, outcome });
  }

  /** A race of an idle connection is lost where a drain would have avoided it; zero-failed judges the others. */
  #isLost(batch: AttemptBatch, row: number, outcome: Outcome): boolean {
    if (outcome === 'stale-race') return this.#staleRaces.isInTermination(batch, row);
    return outcome === 'unanswered' ? this.#facts.complete : isFailed(outcome);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const judged = [...this.#lanes].map(([name, tally]) => ({ name, ...this.#judge(name, tally) }));
    const [first] = judged.toSorted((a, b) => severity.indexOf(a.verdict) - severity.indexOf(b.verdict));
    const sent = judged.reduce((sum, { record }) => sum + record.before.sent + record.after.sent, 0);
    const finding = {
      expected: { clean: this.#clean, alarm },
      actual: {
        lanes: judged.map(({ name, rule, record: { before, after }, pathFailures }) => ({
          lane: name,
          rule,
          before: { sent: before.sent, failed: before.failures.length },
          after: { sent: after.sent, failed: after.failures.length },
          ...(pathFailures > 0 && { pathFailures }),
        })),
      },
    };
    if (first === undefined || sent === 0)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `No request was sent${onLane(this.#lane)}, so nothing is known about failures.`,
        hint: 'give the steps more time (hold) or the lane a higher rate',
      };
    const { verdict, message, hint } = first;
    if (verdict === 'pass' && judged.every(({ record }) => record.after.failures.length === 0))
      return { ...finding, verdict, message: this.#cleanMessage(judged.map(({ record }) => record)) };
    return { ...finding, verdict, message, ...(hint !== undefined && { hint }) };
  }

  #cleanMessage(records: readonly LaneRecord[]): string {
    const after = records.reduce((sum, one) => sum + one.after.sent, 0);
    const failed = records.reduce((sum, one) => sum + one.before.failures.length, 0);
    const where = onLane(this.#lane);
    if (this.#baseline.toUs === Number.POSITIVE_INFINITY) return `Nothing changed, so no failure${where} can be new.`;
    return `All ${count(after, 'request')}${where} after the first change got a good answer${failed > 0 ? `; ${failed} had failed before it` : ''}.`;
  }

  #judge(name: string, tally: LaneTally): Judgement & { rule: string; record: LaneRecord; pathFailures: number } {
    const { trafficToUs } = this.#facts;
    const { fromUs } = this.#baseline;
    const changeUs = Math.min(this.#baseline.toUs, trafficToUs);
    const shared = this.#path.sharedOf(name).map(({ sentUs, outcome }) => `${sentUs} ${outcome}`);
    const after = tally.after.filter(({ sentUs, outcome }) => !shared.includes(`${sentUs} ${outcome}`));
    const bySent = (a: LaneFailure, b: LaneFailure) => a.sentUs - b.sentUs;
    const record = {
      before: {
        sent: tally.sentBefore,
        failures: tally.before.toSorted(bySent),
        lengthUs: Math.max(1, changeUs - fromUs),
      },
      after: { sent: tally.sentAfter, failures: after.toSorted(bySent), lengthUs: Math.max(1, trafficToUs - changeUs) },
    };
    const rule = this.#clean === 'fail' ? ruleFor({ failed: tally.before.length }) : 'no-new-failures';
    const pathFailures = tally.after.length - after.length;
    return { rule, record, pathFailures, ...this.#byRule(name, rule, record, tally, pathFailures) };
  }

  #byRule(name: string, rule: string, record: LaneRecord, tally: LaneTally, pathFailures: number): Judgement {
    const zero = this.#zero.get(name)?.done();
    if (rule === 'zero-failed' && zero !== undefined && 'result' in zero) {
      const judgement = ofZeroFailed(zero.result);
      if (judgement.verdict !== 'fail' || this.#ordinary?.mayExplain(name) !== true) return judgement;
      return {
        verdict: 'inconclusive',
        message: `${tell(
          name,
          countsOf(record, () => true),
        )}: so few bad answers, one by one, may be what the service always gives, and too little was sent before the change to tell.`,
        hint: longer,
      };
    }
    const judgement = judgeLane(name, record, { lanes: this.#lanes.size, clean: this.#clean });
    if (judgement.verdict === 'fail') return judgement;
    if (pathFailures > 0)
      return {
        verdict: 'inconclusive',
        message: `${count(pathFailures, 'request')} of lane ${name} failed within a second of failures of the control lane: the way there failed, so what the app would have answered is not known.`,
        hint: 'run again when the way there holds',
      };
    if (tally.unsent > tally.planned * unsentBound)
      return {
        verdict: 'inconclusive',
        message: `This machine or its resolver kept ${tally.unsent} of ${count(tally.planned, 'planned request')} on lane ${name} from being sent.`,
        hint: 'raise its limits (ulimit -n, local ports), mend its resolver, or lower the rate',
      };
    return judgement;
  }
}

const severity: readonly Finding['verdict'][] = ['error', 'fail', 'inconclusive', 'pass'];

/** What only warns there is left to zero-failed, which runs beside as advice. */
function ofZeroFailed({ verdict, message, hint }: Finding): Judgement {
  const decided = verdict === 'fail' || verdict === 'inconclusive' ? verdict : 'pass';
  return { verdict: decided, message, ...(hint !== undefined && { hint }) };
}
