import type { Outcome, Phase } from '../../record/attempt.ts';
import { isFailed } from '../../record/attempt.ts';
import type { BenchRound } from '../../record/bench-result.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { LatencyHistogram } from '../../record/histogram.ts';
import { Durations, spread } from '../judge/durations.ts';
import { type WarmUp, Windows } from './windows.ts';

/** When a stage's requests were planned, on the clock of the record. */
export interface Stretch {
  fromUs: number;
  toUs: number;
}

/** What the record says of a stretch. */
export type Figures = Pick<
  BenchRound,
  | 'warmUpMs'
  | 'warmUpFound'
  | 'planned'
  | 'sent'
  | 'unsent'
  | 'ok'
  | 'failed'
  | 'unanswered'
  | 'failures'
  | 'measured'
  | 'ratePerS'
  | 'latencyMs'
  | 'lateMs'
  | 'waitMs'
  | 'bytes'
  | 'histogram'
> & { pace: Pace };

/** What tells whether the generator or the server was the slower one. */
export interface Pace {
  /**
   * How connections spend their time: the mean from an answer to the next request, and from there to its end, good or not.
   * Of an open loop only while it planned, and where a request waited for its connection: then it could go at once.
   */
  turnMs: number;
  askMs: number;
  /** Good answers behind the warm-up while it planned, and in how long. */
  planned: { ok: number; seconds: number };
  /** Good answers a second when nothing was planned any more; null where next to nothing was left to be answered. */
  drainPerS: number | null;
}

/** Fewer say nothing of a rate. */
const leastDrained = 1_000;

/** closed: lateness is how long a connection was idle, as its next request was due at once. */
export type Loop = 'open' | 'closed';

/** Of a record that holds one stage: finds the warm-up in a first pass, and leaves it out in a second. */
export function figuresOf(stretch: Stretch, loop: Loop, warmUp: 'auto' | number): Fold<Figures> {
  if (warmUp !== 'auto') return new FiguresFold(stretch, loop, { us: warmUp * 1000, found: true });
  const windows = new Windows(stretch.fromUs, stretch.toUs);
  return {
    batch(batch) {
      const { intendedUs, endUs } = batch;
      for (let row = 0; row < batch.length; row++)
        if (batch.outcome.at(row) === 'ok') windows.add(intendedUs[row] as number, endUs[row] as number);
    },
    done: () => ({ again: new FiguresFold(stretch, loop, windows.warmUp(loop === 'closed')) }),
  };
}

/** A stretch that also has what comes behind it, until `untilUs`, where nothing was to be planned any more. */
export interface StretchWithTail extends Stretch {
  untilUs?: number;
}

/**
 * Of the part of a record that was planned in a stretch, nothing left out. `lanes`: those that count. Its rate is of the good
 * answers to what was sent in it, whenever they came.
 */
export function figuresWithin(stretch: StretchWithTail, lanes: ReadonlySet<string>): Fold<Figures> {
  return new FiguresFold(stretch, 'open', { us: 0, found: true }, lanes);
}

/** Failures that are told together: details can be as many as failures are, but for the statuses. */
export function kindOf({ outcome, phase, detail }: Omit<BenchRound['failures'][number], 'count'>): string {
  return outcome === 'status' ? `status ${detail}` : `${outcome} ${phase}`;
}

class FiguresFold implements Fold<Figures> {
  readonly #stretch: StretchWithTail;
  readonly #loop: Loop;
  readonly #warmUp: WarmUp;
  readonly #lanes: ReadonlySet<string> | null;
  readonly #measuredFromUs: number;
  readonly #byOutcome = new Map<Outcome, number>();
  readonly #failures = new Map<string, BenchRound['failures'][number]>();
  readonly #latency = new LatencyHistogram();
  readonly #late = new Durations();
  readonly #wait = new Durations();
  #ended = 0;
  /** Good answers to what was sent in the stretch. */
  #answered = 0;
  /** A plan ends a little after the last step did. */
  #lastPlannedUs = 0;
  #drained = 0;
  #lastEndUs = 0;
  #bytes = 0;
  #turns = 0;
  #turnUs = 0;
  #asked = 0;
  #askUs = 0;

  constructor(stretch: StretchWithTail, loop: Loop, warmUp: WarmUp, lanes: ReadonlySet<string> | null = null) {
    this.#stretch = stretch;
    this.#loop = loop;
    this.#warmUp = warmUp;
    this.#lanes = lanes;
    this.#measuredFromUs = stretch.fromUs + warmUp.us;
  }

  batch(batch: AttemptBatch): void {
    const { fromUs, toUs, untilUs = toUs } = this.#stretch;
    const isWithin = (us: number) => us >= fromUs && us < untilUs;
    for (let row = 0; row < batch.length; row++) {
      const intended = batch.intendedUs[row] as number;
      if (this.#lanes !== null) {
        if (!this.#lanes.has(batch.lane.at(row) ?? '')) continue;
        if (isWithin(batch.sentUs[row] as number) && batch.outcome.at(row) === 'ok') this.#answered++;
        if (!isWithin(intended)) continue;
        if (intended > this.#lastPlannedUs) this.#lastPlannedUs = intended;
      }
      this.#add(batch, row, intended);
    }
  }

  #add(batch: AttemptBatch, row: number, intended: number): void {
    const outcome = batch.outcome.at(row) as Outcome;
    this.#byOutcome.set(outcome, (this.#byOutcome.get(outcome) ?? 0) + 1);
    const ready = batch.readyUs[row] as number;
    const sent = batch.sentUs[row] as number;
    const end = batch.endUs[row] as number;
    if (this.#loop === 'open') this.#late.add(ready - intended);
    if (isFailed(outcome) || outcome === 'unanswered' || outcome === 'unsent') this.#failed(batch, row, outcome);
    if (outcome === 'unsent') return;
    this.#bytes += batch.bytes[row] as number;
    const idle = batch.idleUs[row] as number;
    if (this.#loop === 'closed' && !Number.isNaN(idle)) {
      this.#late.add(idle);
      this.#turns++;
      this.#turnUs += idle;
    }
    if (this.#loop === 'closed') {
      this.#asked++;
      this.#askUs += end - intended;
    } else if (ready <= sent - idle && sent < this.#stretch.toUs) {
      this.#turns++;
      this.#turnUs += idle;
      this.#asked++;
      this.#askUs += end - sent;
    }
    // Waiting for the resolver is no waiting for a connection.
    const resolve = batch.resolveUs[row] as number;
    if (!Number.isNaN(sent)) this.#wait.add(sent - ready - (resolve > 0 ? Math.min(resolve, sent - ready) : 0));
    if (outcome !== 'ok') return;
    if (end >= this.#stretch.toUs) this.#drained++;
    else if (end >= this.#measuredFromUs) this.#ended++;
    if (end > this.#lastEndUs) this.#lastEndUs = end;
    if (intended >= this.#measuredFromUs) this.#latency.add(end - intended);
  }

  #drainPerS(): number | null {
    const us = this.#lastEndUs - this.#stretch.toUs;
    return this.#drained < leastDrained || us <= 0 ? null : (this.#drained * 1e6) / us;
  }

  #failed(batch: AttemptBatch, row: number, outcome: Outcome): void {
    const phase = batch.phase.at(row) as Phase | null;
    const detail = batch.detail.at(row);
    const key = kindOf({ outcome, phase, detail });
    const failure = this.#failures.get(key);
    if (failure === undefined) this.#failures.set(key, { outcome, phase, detail, count: 1 });
    else failure.count++;
  }

  done(): { result: Figures } {
    const count = (wanted: (outcome: Outcome) => boolean) =>
      [...this.#byOutcome].reduce((sum, [outcome, number]) => sum + (wanted(outcome) ? number : 0), 0);
    const planned = count(() => true);
    const unsent = count((outcome) => outcome === 'unsent');
    const seconds = (Math.max(this.#stretch.toUs, this.#lastPlannedUs) - this.#measuredFromUs) / 1e6;
    return {
      result: {
        warmUpMs: this.#warmUp.us / 1000,
        warmUpFound: this.#warmUp.found,
        planned,
        sent: planned - unsent,
        unsent,
        ok: count((outcome) => outcome === 'ok'),
        failed: count(isFailed),
        unanswered: count((outcome) => outcome === 'unanswered'),
        failures: [...this.#failures.values()].sort((a, b) => b.count - a.count),
        measured: this.#latency.count,
        ratePerS: seconds > 0 ? (this.#lanes === null ? this.#ended : this.#answered) / seconds : 0,
        latencyMs: this.#latency.latency(),
        lateMs: spread(this.#late),
        waitMs: spread(this.#wait),
        bytes: this.#bytes,
        histogram: this.#latency.encode(),
        pace: {
          turnMs: this.#turns === 0 ? 0 : this.#turnUs / this.#turns / 1000,
          askMs: this.#asked === 0 ? 0 : this.#askUs / this.#asked / 1000,
          planned: { ok: this.#ended, seconds: Math.max(0, seconds) },
          drainPerS: this.#drainPerS(),
        },
      },
    };
  }
}
