import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import { type Baseline, baselineOf } from './baseline.ts';
import { BeforeAndAfterTallies } from './before-and-after.ts';
import type { Check, Finding } from './check.ts';
import { GeneratorLimit } from './generator-limit.ts';
import { isUnresolved } from './kinds.ts';
import { foundNoConnection } from './no-free-connection.ts';
import { mayBeOrdinary } from './ordinary-answers.ts';
import { type Context, conclude, type MaxOutageOptions } from './outage-verdict.ts';
import { FailureTimes, Gaps } from './outages.ts';
import { PathFailures } from './path-failures.ts';
import { Starvation } from './starved.ts';

const defaultShare = 0.1;
const defaultWindowMs = 1000;

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
