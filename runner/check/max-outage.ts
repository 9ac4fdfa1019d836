import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import { outagesToTell } from '../../record/outages.ts';
import type { OutageResult } from '../../record/result.ts';
import { type Baseline, baselineOf } from './baseline.ts';
import { BeforeAndAfterTallies } from './before-and-after.ts';
import type { Check, Finding } from './check.ts';
import { foundNoConnection, GeneratorLimit, type OwnLimit, ownLimitDoubt } from './generator-limit.ts';
import { isUnresolved } from './kinds.ts';
import { mayBeOrdinary } from './ordinary-answers.ts';
import { FailureTimes, Gaps } from './outages.ts';
import { PathFailures } from './path-failures.ts';
import { count, duration, list, moment, onLane } from './phrases.ts';
import { Starvation, starvedHint } from './starved.ts';
import { blindLanes, overlap } from './stretch.ts';

const defaultShare = 0.1;
const defaultWindowMs = 1000;
/** So many are shown, the longest ones; the verdict knows all. */
const shownOutages = 1000;

export interface MaxOutageOptions {
  ms?: number;
  share?: number;
  windowMs?: number;
  failedBefore?: 'judge' | 'leave';
  ordinaryPercent?: number;
}

export const maxOutage: Check<MaxOutageOptions> = {
  name: 'max-outage',
  summary: 'The service was never out for longer than allowed.',
  options: Type.Object(
    {
      ms: Type.Optional(Type.Number({ minimum: 0, description: 'the longest outage that is allowed, in ms; 0: none' })),
      share: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 1,
          description: 'a partial outage is where more than this share of a window failed',
        }),
      ),
      windowMs: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'length of that window, in ms' })),
      failedBefore: Type.Optional(
        Type.Union([Type.Literal('judge'), Type.Literal('leave')], {
          description:
            'where no outage is allowed: leave a lane that lost requests before anything changed to no-new-failures',
        }),
      ),
      ordinaryPercent: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: 10,
          description:
            'where no outage is allowed: leave a lane to no-new-failures that lost no more than bad statuses, one by one, of so small a share',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  restsOn: 'losses',
  falseAlarm: 0,
  seesControlLanes: true,
  fold: (options, facts, lane) => new CollectFailures(options, facts, lane),
};

interface Context {
  options: MaxOutageOptions;
  facts: RunFacts;
  lane: string | null;
  control: ReadonlySet<string>;
  starvation: Starvation;
  /** Requests that ran out of time while this machine was starved. */
  starved: number;
  /** Lanes on which the generator itself was the limit of what found no connection. */
  limits: Map<string, OwnLimit>;
  /** Lost requests that the way there lost. */
  pathFailures: number;
  /** Lanes of which single failures are, or may be, ordinary: left to another check. */
  left: string[];
  /** By lane: when the last of its requests was to be sent, or was. Later than that nothing could be out. */
  lastPlannedUs: Map<string, number>;
}

type Part = 'failure' | 'success' | null;

/**
 * An answer that the engine cannot tell is no success; where the run was interrupted it is no failure either. A
 * stale-race is no outage, as the next connection was served; zero-failed judges it.
 */
function partOf(outcome: Outcome, complete: boolean): Part {
  if (outcome === 'ok') return 'success';
  if (outcome === 'unanswered') return complete ? 'failure' : null;
  return isFailed(outcome) && outcome !== 'stale-race' ? 'failure' : null;
}

function eachOf(
  batch: AttemptBatch,
  { facts, lane, control, starvation }: Context,
  see: (part: Part, lane: string, row: number) => void,
) {
  for (let row = 0; row < batch.length; row++) {
    const name = batch.lane.at(row) as string;
    if (control.has(name) || (lane !== null && name !== lane)) continue;
    const unresolved = isUnresolved(batch.phase.at(row), batch.detail.at(row));
    see(
      unresolved || starvation.explains(batch, row) ? null : partOf(batch.outcome.at(row) as Outcome, facts.complete),
      name,
      row,
    );
  }
}

function sentOf(batch: AttemptBatch, row: number): number {
  const sentUs = batch.sentUs[row] as number;
  return Number.isNaN(sentUs) ? (batch.readyUs[row] as number) : sentUs;
}

/** The first time over the record: when did attempts fail? Without failures there is no second. */
class CollectFailures implements Fold<Finding> {
  readonly #context: Context;
  readonly #failures = new Map<string, FailureTimes>();
  /** Of what found no free connection: whose doing that was is known at the end. */
  readonly #givenUp = new Map<string, FailureTimes>();
  readonly #generator = new GeneratorLimit();
  readonly #judged = new Map<string, number>();
  readonly #path: PathFailures;
  readonly #baseline: Baseline;
  /** Where the option asks for it. */
  readonly #tallies: BeforeAndAfterTallies | null;

  constructor(options: MaxOutageOptions, all: RunFacts, lane: string | null) {
    const facts = factsOfApp(all);
    const control = controlLanes(all);
    this.#context = {
      options,
      facts,
      lane,
      control,
      starvation: new Starvation(facts),
      starved: 0,
      limits: new Map(),
      pathFailures: 0,
      left: [],
      lastPlannedUs: new Map(),
    };
    this.#path = new PathFailures(all);
    this.#baseline = baselineOf(facts);
    const { ordinaryPercent = 0 } = options;
    this.#tallies = ordinaryPercent > 0 ? new BeforeAndAfterTallies(all, lane) : null;
    for (const { name } of facts.lanes) if (lane === null || name === lane) this.#judged.set(name, 0);
  }

  batch(batch: AttemptBatch): void {
    const { lastPlannedUs, control, starvation } = this.#context;
    for (let row = 0; row < batch.length && control.size > 0; row++)
      if (!starvation.explains(batch, row)) this.#path.see(batch, row);
    for (let row = 0; row < batch.length && this.#tallies !== null; row++) this.#tallies.see(batch, row);
    eachOf(batch, this.#context, (part, lane, row) => {
      const planned = Math.max(batch.intendedUs[row] as number, sentOf(batch, row));
      if (planned > (lastPlannedUs.get(lane) ?? 0)) lastPlannedUs.set(lane, planned);
      const isStarved = part === null && starvation.explains(batch, row);
      this.#generator.see(batch, row, isStarved);
      if (isStarved) this.#context.starved++;
      if (part === null) return;
      this.#judged.set(lane, (this.#judged.get(lane) ?? 0) + 1);
      if (part === 'success') return;
      const failures = foundNoConnection(batch, row) ? this.#givenUp : this.#failures;
      const times = failures.get(lane) ?? new FailureTimes();
      failures.set(lane, times);
      times.add(sentOf(batch, row));
    });
  }

  done(): { result: Finding } | { again: Fold<Finding> } {
    this.#placeGivenUp();
    this.#setAside();
    if (this.#failures.size === 0) return { result: conclude([], this.#judged, this.#context) };
    return { again: new PlaceSuccesses(this.#context, this.#failures, this.#judged) };
  }

  /** What found no free connection since the generator was the limit is no outage of the app. */
  #placeGivenUp(): void {
    const { limits } = this.#context;
    const alone = [...this.#givenUp.keys()].filter((lane) => this.#path.sharedOf(lane).length === 0);
    for (const [lane, limit] of this.#generator.of(alone)) limits.set(lane, limit);
    for (const [lane, givenUp] of this.#givenUp) {
      if (limits.has(lane)) continue;
      const times = this.#failures.get(lane) ?? new FailureTimes();
      this.#failures.set(lane, times);
      for (const us of givenUp.sorted()) times.add(us);
    }
  }

  /** What the way there lost is no outage of the app. */
  #setAside(): void {
    for (const [lane, times] of this.#failures) {
      const shared = this.#path.sharedOf(lane);
      this.#context.pathFailures += shared.length;
      times.remove(shared.map(({ sentUs }) => sentUs));
      if (this.#isLeft(lane, times)) this.#context.left.push(lane);
      if (times.length === 0) this.#failures.delete(lane);
    }
  }

  /** What no-new-failures judges: where single failures are ordinary, each of them would be an outage. */
  #isLeft(lane: string, times: FailureTimes): boolean {
    const { options, facts } = this.#context;
    if ((options.ms ?? 0) > 0) return false;
    const { fromUs, toUs } = this.#baseline;
    const failedBefore = times.sorted().some((us) => us >= fromUs && us < toUs);
    if (options.failedBefore === 'leave' && failedBefore) return true;
    const tally = this.#tallies?.lanes.get(lane);
    return tally !== undefined && mayBeOrdinary(tally, this.#baseline, facts, options.ordinaryPercent ?? 0);
  }
}

/** The second time: which good answers lie around the failed ones? */
class PlaceSuccesses implements Fold<Finding> {
  readonly #context: Context;
  readonly #gaps = new Map<string, Gaps>();
  readonly #judged: Map<string, number>;

  constructor(context: Context, failures: Map<string, FailureTimes>, judged: Map<string, number>) {
    this.#context = context;
    this.#judged = judged;
    const windowUs = (context.options.windowMs ?? defaultWindowMs) * 1000;
    for (const [lane, times] of failures) this.#gaps.set(lane, new Gaps(times.sorted(), windowUs));
  }

  batch(batch: AttemptBatch): void {
    eachOf(batch, this.#context, (part, lane, row) => {
      if (part === 'success') this.#gaps.get(lane)?.addSuccess(sentOf(batch, row), batch.endUs[row] as number);
    });
  }

  done(): { result: Finding } {
    const { facts, options, lastPlannedUs } = this.#context;
    const share = options.share ?? defaultShare;
    const outages = [...this.#gaps].flatMap(([lane, gaps]) =>
      gaps.outages(lane, { facts, lastPlannedUs: lastPlannedUs.get(lane) ?? 0, share }),
    );
    return { result: conclude(outages, this.#judged, this.#context) };
  }
}

function conclude(all: readonly OutageResult[], judged: Map<string, number>, context: Context): Finding {
  const boundMs = context.options.ms ?? 0;
  const byLength = [...all].sort((a, b) => b.ms - a.ms);
  // Of two that are equally long the one that is told: the reports count and list the same.
  const told = outagesToTell(byLength);
  const longest = told[0];
  const outages = byLength.slice(0, shownOutages).sort((a, b) => a.fromMs - b.fromMs);
  const finding = {
    expected: { ms: boundMs },
    actual: { ms: longest?.ms ?? 0, outages: told.length, longest: longest ?? null },
    outages,
  };
  const where = onLane(context.lane);
  const isTooLong = (outage: OutageResult) => boundMs === 0 || seenMs(outage, context) > boundMs;
  const isJudged = ({ lane }: OutageResult) => !context.left.includes(lane);
  const tooLong = told.filter(isJudged).find(isTooLong) ?? byLength.filter(isJudged).find(isTooLong);
  if (tooLong !== undefined) return { ...finding, verdict: 'fail', message: describe(tooLong, told.length, boundMs) };
  const doubt = doubts(judged, context);
  if (doubt !== null) return { ...finding, verdict: 'inconclusive', ...doubt };
  const total = [...judged.values()].reduce((a, b) => a + b, 0);
  const left = context.left.length;
  const message =
    left > 0
      ? `Single failures are, or may be, ordinary on lane ${list(context.left)}: what ${left === 1 ? 'it' : 'they'} lost is for no-new-failures to judge${judged.size > left ? '; no other lane was out' : ''}.`
      : longest === undefined
        ? `No outage${where} in ${count(total, 'request')}.`
        : `The longest outage${where} was about ${duration(longest.ms)}, within the ${duration(boundMs)} that are allowed.`;
  return { ...finding, verdict: 'pass', message };
}

/** Its estimate without the time in which the lane could not send: that may not have been an outage. */
function seenMs(outage: OutageResult, { facts, lastPlannedUs }: Context): number {
  const zeroUs = facts.trafficFromUs;
  const bracket = {
    fromUs: zeroUs + outage.fromMs * 1000,
    toUs: outage.toMs === null ? (lastPlannedUs.get(outage.lane) ?? 0) : zeroUs + outage.toMs * 1000,
  };
  return blindLanes(facts, outage.lane).reduce((ms, blind) => {
    const shared = overlap(bracket, blind);
    return shared === null ? ms : ms - (shared.toUs - shared.fromUs) / 1000;
  }, outage.ms);
}

function describe(outage: OutageResult, number: number, boundMs: number): string {
  const { lane, fromMs, toMs, ms, failures } = outage;
  const what =
    outage.kind === 'total'
      ? failures === 1
        ? `one request failed, no other got through in between`
        : `${failures} requests in a row failed`
      : `${failures} requests failed among others that did not`;
  const when =
    toMs === null
      ? `from ${moment(fromMs)} until the end of the run`
      : `between ${moment(fromMs)} and ${moment(toMs)} of the run`;
  const allowed = boundMs === 0 ? 'none is allowed' : `at most ${duration(boundMs)} is allowed`;
  const more = number > 1 ? ` (the longest of ${number} outages)` : '';
  const kind = outage.kind === 'total' ? 'was out' : 'was partly out';
  return `Lane ${lane} ${kind} for about ${duration(ms)} ${when}${more}: ${what}; ${allowed}.`;
}

function doubts(
  judged: Map<string, number>,
  { facts, lane, pathFailures, starved, limits }: Context,
): { message: string; hint: string } | null {
  if (pathFailures > 0)
    return {
      message: `Nothing went through to the control lane's server either when ${count(pathFailures, 'request')} failed: the way there was out, and whether the app was is not known.`,
      hint: 'run again when the way there holds',
    };
  if (starved > 0)
    return {
      message: `${count(starved, 'request')} ran out of time while this machine gave ordinary processes no processor: whether the app was out is not known.`,
      hint: starvedHint,
    };
  const limited = ownLimitDoubt(limits);
  if (limited !== null) return limited;
  const silent = [...judged].filter(([, number]) => number === 0).map(([name]) => name);
  if (judged.size === 0 || silent.length > 0)
    return {
      message: `No request came to an end on lane ${silent.join(', ') || lane}, so an outage could not have been seen.`,
      hint: 'give the steps more time (hold) or the lane a higher rate',
    };
  const blind = blindLanes(facts, lane);
  const longest = blind.sort((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs))[0];
  if (longest === undefined) return null;
  return {
    message: `Lane ${longest.lane} could not send for ${duration((longest.toUs - longest.fromUs) / 1000)}, so an outage in that time would not have been seen.`,
    hint: 'run on a machine with less else to do, or lower the rate',
  };
}
