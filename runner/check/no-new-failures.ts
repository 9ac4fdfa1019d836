import { Type } from 'typebox';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import { BeforeAndAfterTallies, type LaneTally } from './before-and-after.ts';
import type { Check, Finding } from './check.ts';
import { type OwnLimit, ownLimitDoubt } from './generator-limit.ts';
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
import { mayBeOrdinary } from './ordinary-answers.ts';
import { PathFailures } from './path-failures.ts';
import { count, onLane } from './phrases.ts';
import { Starvation, starvedHint } from './starved.ts';
import { unsentBound } from './unsent.ts';
import { zeroFailed } from './zero-failed.ts';

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
  restsOn: 'losses',
  falseAlarm: alarm,
  seesControlLanes: true,
  fold: (options, facts, lane) => new NoNewFailures(options, facts, lane),
};

/** What is not the app's, or may not be. */
interface Aside {
  pathFailures: number;
  limits: ReadonlyMap<string, OwnLimit>;
}

class NoNewFailures implements Fold<Finding> {
  readonly #clean: 'fail' | 'inconclusive';
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #control: ReadonlySet<string>;
  readonly #path: PathFailures;
  readonly #starvation: Starvation;
  readonly #ordinaryPercent: number;
  readonly #tallies: BeforeAndAfterTallies;
  /** By lane, what zero-failed says of it. */
  readonly #zero: ReadonlyMap<string, Fold<Finding>>;

  constructor(options: NoNewFailuresOptions, facts: RunFacts, lane: string | null) {
    this.#clean = options.clean ?? 'inconclusive';
    this.#facts = factsOfApp(facts);
    this.#lane = lane;
    this.#control = controlLanes(facts);
    this.#path = new PathFailures(facts);
    this.#starvation = new Starvation(facts);
    this.#ordinaryPercent = options.ordinaryPercent ?? 0;
    this.#tallies = new BeforeAndAfterTallies(facts, lane);
    const names = [...this.#tallies.lanes.keys()];
    this.#zero = new Map(this.#clean === 'fail' ? names.map((name) => [name, zeroFailed.fold({}, facts, name)]) : []);
  }

  batch(batch: AttemptBatch): void {
    for (const fold of this.#zero.values()) fold.batch(batch);
    for (let row = 0; row < batch.length; row++) {
      if (this.#control.size > 0 && !this.#starvation.explains(batch, row)) this.#path.see(batch, row);
      this.#tallies.see(batch, row);
    }
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const judged = [...this.#tallies.lanes].map(([name, tally]) => ({ name, ...this.#judge(name, tally) }));
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
    const { verdict, hint } = first;
    // Each lane that decides is named: a headline that names one of them says half.
    const deciding = judged.filter((one) => one.verdict === verdict);
    const message = verdict === 'pass' ? first.message : deciding.map((one) => one.message).join(' ');
    if (verdict === 'pass' && judged.every(({ record }) => record.after.failures.length === 0))
      return { ...finding, verdict, message: this.#cleanMessage(judged.map(({ record }) => record)) };
    return { ...finding, verdict, message, ...(hint !== undefined && { hint }) };
  }

  #cleanMessage(records: readonly LaneRecord[]): string {
    const after = records.reduce((sum, one) => sum + one.after.sent, 0);
    const failed = records.reduce((sum, one) => sum + one.before.failures.length, 0);
    const where = onLane(this.#lane);
    if (this.#tallies.baseline.toUs === Number.POSITIVE_INFINITY)
      return `Nothing changed, so no failure${where} can be new.`;
    return `All ${count(after, 'request')}${where} after the first change got a good answer${failed > 0 ? `; ${failed} had failed before it` : ''}.`;
  }

  #judge(name: string, tally: LaneTally): Judgement & { rule: string; record: LaneRecord; pathFailures: number } {
    const { trafficToUs } = this.#facts;
    const { fromUs } = this.#tallies.baseline;
    const changeUs = Math.min(this.#tallies.baseline.toUs, trafficToUs);
    const shared = new Set(this.#path.sharedOf(name).map(({ sentUs, outcome }) => `${sentUs} ${outcome}`));
    const limits = this.#tallies.generator.of(shared.size === 0 ? [name] : []);
    const isOwn = ({ noConnection }: LaneFailure) => limits.size > 0 && noConnection === true;
    const before = tally.before.filter((one) => !isOwn(one));
    const lost = tally.after.filter((one) => !isOwn(one));
    const after = lost.filter(({ sentUs, outcome }) => !shared.has(`${sentUs} ${outcome}`));
    const bySent = (a: LaneFailure, b: LaneFailure) => a.sentUs - b.sentUs;
    const record = {
      before: {
        sent: tally.sentBefore,
        failures: before.toSorted(bySent),
        lengthUs: Math.max(1, changeUs - fromUs),
      },
      after: { sent: tally.sentAfter, failures: after.toSorted(bySent), lengthUs: Math.max(1, trafficToUs - changeUs) },
    };
    const rule = this.#clean === 'fail' ? ruleFor({ failed: before.length }) : 'no-new-failures';
    const pathFailures = lost.length - after.length;
    return { rule, record, pathFailures, ...this.#byRule(name, rule, record, tally, { pathFailures, limits }) };
  }

  #byRule(name: string, rule: string, record: LaneRecord, tally: LaneTally, aside: Aside): Judgement {
    const { pathFailures, limits } = aside;
    const zero = this.#zero.get(name)?.done();
    if (rule === 'zero-failed' && zero !== undefined && 'result' in zero) {
      const judgement = ofZeroFailed(zero.result);
      if (judgement.verdict !== 'fail' || !this.#mayBeOrdinary(tally)) return judgement;
      return {
        verdict: 'inconclusive',
        message: `${tell(
          name,
          countsOf(record, () => true),
        )}: so few bad answers, one by one, may be what the service always gives, and too little was sent before the change to tell.`,
        hint: longer,
      };
    }
    const judgement = judgeLane(name, record, { lanes: this.#tallies.lanes.size, clean: this.#clean });
    if (judgement.verdict === 'fail') return judgement;
    if (pathFailures > 0)
      return {
        verdict: 'inconclusive',
        message: `${count(pathFailures, 'request')} of lane ${name} failed within a second of failures of the control lane: the way there failed, so what the app would have answered is not known.`,
        hint: 'run again when the way there holds',
      };
    if (tally.starved > 0)
      return {
        verdict: 'inconclusive',
        message: `${count(tally.starved, 'request')} of lane ${name} ran out of time while this machine gave ordinary processes no processor: what the app would have answered is not known.`,
        hint: starvedHint,
      };
    const limited = ownLimitDoubt(limits);
    if (limited !== null) return { verdict: 'inconclusive', ...limited };
    if (tally.unsent > tally.planned * unsentBound)
      return {
        verdict: 'inconclusive',
        message: `This machine or its resolver kept ${tally.unsent} of ${count(tally.planned, 'planned request')} on lane ${name} from being sent.`,
        hint: 'raise its limits (ulimit -n, local ports), mend its resolver, or lower the rate',
      };
    return judgement;
  }

  #mayBeOrdinary(tally: LaneTally): boolean {
    return mayBeOrdinary(tally, this.#tallies.baseline, this.#facts, this.#ordinaryPercent);
  }
}

const severity: readonly Finding['verdict'][] = ['error', 'fail', 'inconclusive', 'pass'];

/** What only warns there is left to zero-failed, which runs beside as advice. */
function ofZeroFailed({ verdict, message, hint }: Finding): Judgement {
  const decided = verdict === 'fail' || verdict === 'inconclusive' ? verdict : 'pass';
  return { verdict: decided, message, ...(hint !== undefined && { hint }) };
}
