import { Type } from 'typebox';
import type { Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from './check.ts';
import { count, duration, list, onLane } from './phrases.ts';

const percentiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 } as const;
type Percentile = keyof typeof percentiles;
const names = Object.keys(percentiles) as Percentile[];

export type LatencyOptions = Partial<Record<Percentile, number>>;

const Bound = Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'ms' }));

export const latency: Check<LatencyOptions> = {
  name: 'latency',
  summary: 'Good answers came in time, over the whole run and within each step.',
  options: Type.Object({ p50: Bound, p90: Bound, p95: Bound, p99: Bound, max: Bound }, { additionalProperties: false }),
  restsOn: 'times',
  falseAlarm: 0,
  fold: (options, facts, lane) => new LatencyCheck(options, facts, lane),
};

/** Times in constant memory: a histogram of 1 %. */
class Times {
  readonly #buckets: number[] = [];
  #maxMs = 0;
  count = 0;
  /** Of them, those without an end. */
  endless = 0;

  /** Infinity: it had no end. */
  add(ms: number): void {
    this.count++;
    if (ms === Number.POSITIVE_INFINITY) {
      this.endless++;
      return;
    }
    if (ms > this.#maxMs) this.#maxMs = ms;
    const bucket = Math.max(0, Math.ceil(Math.log(ms * 1000) / growth));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Fewer answers than one in its tail say nothing of a percentile. */
  isEnoughFor(percentile: Percentile): boolean {
    return this.count > 0 && (percentile === 'max' || this.count * (1 - percentiles[percentile]) >= 1 - 1e-9);
  }

  /** null without any, and where the percentile is one that never got an answer. */
  ms(percentile: Percentile): number | null {
    const rank = Math.ceil(this.count * percentiles[percentile] - 1e-9);
    if (this.count === 0 || rank > this.count - this.endless) return null;
    if (percentile === 'max') return this.#maxMs;
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.#maxMs, Math.exp(bucket * growth) / 1000);
    }
    return this.#maxMs;
  }
}

/** Latencies, with exact counts against the bounds, and how late the sender got to each of the requests. */
class Latencies extends Times {
  readonly name: string;
  readonly late = new Times();
  readonly #above: Map<Percentile, number>;
  readonly #bounds: readonly [Percentile, number][];

  constructor(name: string, bounds: readonly [Percentile, number][]) {
    super();
    this.name = name;
    this.#bounds = bounds;
    this.#above = new Map(bounds.map(([percentile]) => [percentile, 0]));
  }

  override add(ms: number): void {
    super.add(ms);
    for (const [percentile, bound] of this.#bounds)
      if (ms > bound) this.#above.set(percentile, (this.#above.get(percentile) ?? 0) + 1);
  }

  /**
   * More answers were slower than the percentile leaves room for. Where they are too few for it, only what is slower by
   * the median is certain.
   */
  isBroken(percentile: Percentile): boolean {
    const room = this.isEnoughFor(percentile) ? 1 - percentiles[percentile] : 0.5;
    return (this.#above.get(percentile) ?? 0) > Math.floor(this.count * room + 1e-9);
  }

  /** How late the sender was where that is much of what it measured; 0 where it is not. */
  spoiltMs(percentile: Percentile): number {
    const lateMs = this.late.ms(percentile) ?? 0;
    return lateMs > mostLateMs && lateMs > lateShare * (this.ms(percentile) ?? Number.POSITIVE_INFINITY) ? lateMs : 0;
  }
}

/** A bucket is 1 % wider than the one before; the first holds what is below a microsecond. */
const growth = Math.log(1.01);

/** A sender that was later than this, and than a tenth of what it measured, has measured itself: as in a bench. */
const mostLateMs = 5;
const lateShare = 0.1;

class LatencyCheck implements Fold<Finding> {
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #bounds: readonly [Percentile, number][];
  readonly #overall: Latencies;
  readonly #steps: readonly Latencies[];

  constructor(options: LatencyOptions, facts: RunFacts, lane: string | null) {
    this.#facts = facts;
    this.#lane = lane;
    this.#bounds = names.flatMap((name): [Percentile, number][] => {
      const ms = options[name];
      return ms === undefined ? [] : [[name, ms]];
    });
    this.#overall = new Latencies('the whole run', this.#bounds);
    this.#steps = facts.steps.map(({ name }) => new Latencies(`"${name}"`, this.#bounds));
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      const isEndless = this.#isEndless(outcome);
      if (outcome !== 'ok' && !isEndless) continue;
      if (this.#lane !== null && batch.lane.at(row) !== this.#lane) continue;
      const readyUs = batch.readyUs[row] as number;
      const ms = isEndless ? Number.POSITIVE_INFINITY : Math.max(0, (batch.endUs[row] as number) - readyUs) / 1000;
      // NaN where an engine has no plan.
      const lateMs = Math.max(0, (readyUs - (batch.intendedUs[row] as number)) / 1000 || 0);
      const step = this.#facts.steps.findIndex(({ fromUs, toUs }) => fromUs <= readyUs && readyUs < toUs);
      for (const one of [this.#overall, this.#steps[step]]) {
        one?.add(ms);
        one?.late.add(lateMs);
      }
    }
  }

  /** Waited for in vain: slower than every bound. An interruption, though, is not the server's doing. */
  #isEndless(outcome: Outcome): boolean {
    if (this.#bounds.length === 0) return false;
    return outcome === 'timeout' || (outcome === 'unanswered' && this.#facts.complete);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const steps = this.#steps.filter((step) => step.count > 0);
    const shown = (one: Latencies) => Object.fromEntries(names.map((name) => [name, one.ms(name)]));
    const finding = {
      expected: Object.fromEntries(this.#bounds),
      actual: {
        answers: this.#overall.count - this.#overall.endless,
        withoutAnswer: this.#overall.endless,
        overall: shown(this.#overall),
        steps: steps.map((step) => ({ name: step.name, answers: step.count - step.endless, ...shown(step) })),
      },
    };
    const where = onLane(this.#lane);
    if (this.#overall.count === 0)
      return {
        ...finding,
        verdict: this.#bounds.length === 0 ? 'not-applicable' : 'inconclusive',
        message: `No good answer came${where}, so there is no latency to judge.`,
        hint: 'see zero-failed for why requests failed',
      };
    const all = names.map((name) => `${name} ${duration(this.#overall.ms(name) ?? 0)}`);
    if (this.#bounds.length === 0)
      return {
        ...finding,
        verdict: 'not-applicable',
        message: `Good answers${where} took ${list(all)}; no bound was given.`,
        hint: 'give a bound in ms, such as p99: 200',
      };
    const broken = [this.#overall, ...steps].flatMap((one) =>
      this.#bounds
        .filter(([name]) => one.isBroken(name))
        .map(([name, bound]) => ({
          lateMs: one.spoiltMs(name),
          text: `${tell(name, one)}, above ${duration(bound)}`,
        })),
    );
    const certain = broken.filter(({ lateMs }) => lateMs === 0).map(({ text }) => text);
    if (certain.length > 0)
      return { ...finding, verdict: 'fail', message: `Answers${where} were too slow: ${list(certain, 3)}.` };
    if (broken.length > 0)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `Whether answers${where} were too slow cannot be told: ${list(
          broken.map(({ text, lateMs }) => `${text}, and the sender itself was up to ${duration(lateMs)} late`),
          3,
        )}.`,
        hint: 'ask for a lower rate, or send from a machine that has more to spare',
      };
    const thin = this.#bounds.filter(([name]) => !this.#overall.isEnoughFor(name)).map(([name]) => name);
    if (thin.length > 0)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `${count(this.#overall.count, 'good answer')}${where} are too few for ${list(thin)}.`,
        hint: 'p99 takes 100 answers: give the lane more time or a higher rate',
      };
    return {
      ...finding,
      verdict: 'pass',
      message: `Good answers${where} were in time, within each step too: ${list(this.#bounds.map(([name, bound]) => `${name} ${duration(this.#overall.ms(name) ?? 0)} of ${duration(bound)}`))}.`,
    };
  }
}

function tell(name: Percentile, one: Latencies): string {
  const ms = one.ms(name);
  if (ms !== null) return `${name} of ${one.name} was ${duration(ms)}`;
  const tail = Math.round(100 * (1 - percentiles[name]));
  return `${tail === 0 ? count(one.endless, 'request') : `more than ${tail} %`} of ${one.name} never got an answer`;
}
