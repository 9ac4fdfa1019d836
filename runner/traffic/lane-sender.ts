import type { Attempt } from '../../record/attempt.ts';
import { nowUs } from '../../record/clock.ts';
import type { LaneWork, Wire } from './exchange.ts';
import { Fifo } from './fifo.ts';
import { newAttempt } from './new-attempt.ts';
import type { Plan } from './plan.ts';
import { inspectEveryUs, type Sender } from './rounds.ts';
import { Turns } from './turns.ts';

/** What the plan asks for: a request, or a visitor of a session lane. */
export interface Due {
  index: number;
  intendedUs: number;
  readyUs: number;
}

/** Whether something can go now; `poll`: perhaps after the sockets have been read once more. */
export type Room = 'free' | 'poll' | 'full';

/** The thread looks around each 10 ms. Of a longer step this much counts as waiting: for the rest it was held up itself. */
const longestStepUs = 5 * inspectEveryUs;

/** After a connection that an unpaced lane could not open: a closed port would be asked some 10,000 times a second. */
const unpacedPauseUs = 1_000;

export interface LaneSenderOptions {
  work: LaneWork;
  wire: Wire;
  /** null for an unpaced lane, which has something due whenever there is room. */
  plan: Plan | null;
  /** Of an unpaced lane: where this thread's attempts are in the lane's count, and how many there may be. */
  unpaced: { first: number; step: number; limit: number };
  /** Begins every id of the run. */
  runTag: string;
}

/**
 * Works one lane's plan in one thread: takes what is due when it is due, and lets it go at once or, where the lane has
 * no room for it, in the order in which it came. How connections are used is left to the three kinds of lanes.
 */
export abstract class LaneSender implements Sender {
  readonly work: LaneWork;
  protected readonly wire: Wire;
  protected readonly isUnpaced: boolean;
  readonly #plan: Plan | null;
  readonly #turns: Turns | null;
  readonly #unpaced: LaneSenderOptions['unpaced'];
  readonly #idPrefix: string;
  readonly #waiting = new Fifo<Due & { sinceUs: number }>();
  /** How long this thread has been there by its last look around, and when that was. */
  #thereUs = 0;
  #lookedUs = Number.NEGATIVE_INFINITY;
  #nextUnpaced: number;
  #fromUs = Number.POSITIVE_INFINITY;
  #untilUs = Number.POSITIVE_INFINITY;
  #pausedUntilUs = 0;
  /** Of an unpaced lane: since when there may have been room for an attempt; null: there is none. */
  #roomSinceUs: number | null = null;

  constructor({ work, wire, plan, unpaced, runTag }: LaneSenderOptions) {
    this.work = work;
    this.wire = wire;
    this.isUnpaced = plan === null;
    this.#plan = plan;
    this.#turns = work.lane.turns === undefined ? null : new Turns(work.lane.turns);
    this.#unpaced = unpaced;
    this.#nextUnpaced = unpaced.first;
    this.#idPrefix = `${runTag}-${work.lane.name}-`;
  }

  get spin(): boolean {
    return this.work.lane.spin;
  }

  /** Closes what is open and has nothing under way: traffic is over. */
  abstract closeIdle(): void;
  protected abstract room(): Room;
  /** Lets it go; there is room. */
  protected abstract start(due: Due): void;

  /** The plan counts from here. */
  begin(fromUs: number): void {
    this.#fromUs = fromUs;
    this.#roomSinceUs = fromUs;
    this.#lookedUs = nowUs();
  }

  /** What is due later than that is not planned any more. */
  endPlan(untilUs: number): void {
    this.#untilUs = untilUs;
  }

  /** Plans no more, and what waits is not sent. Those under way are ended by the thread after that. */
  abort(): void {
    this.work.books.blind.finish(nowUs());
    this.#untilUs = Number.NEGATIVE_INFINITY;
    for (let due = this.#waiting.shift(); due !== undefined; due = this.#waiting.shift())
      this.#dropped(due, 'unsent', 'interrupted while waiting for a connection');
  }

  /** Everything that was planned has come to its end, as a row too. */
  isDone(): boolean {
    const { inFlight } = this.work.books.tally;
    return this.#nextDueUs() === Number.POSITIVE_INFINITY && inFlight === 0 && this.#waiting.size === 0;
  }

  dueUs(): number {
    if (!this.isUnpaced) return this.#nextDueUs();
    return this.#pausedUntilUs > 0 ? this.#pausedUntilUs : Number.POSITIVE_INFINITY;
  }

  send(untilUs: number): boolean {
    for (let due = this.#waiting.peek(); due !== undefined; due = this.#waiting.peek()) {
      const room = this.room();
      if (room !== 'free') return room === 'poll' || this.#takeAllDue(untilUs);
      this.#waiting.shift();
      this.start(due);
      if (nowUs() > untilUs) return true;
    }
    return this.isUnpaced ? this.#sendUnpaced(untilUs) : this.#takeAllDue(untilUs);
  }

  /** What has waited for a connection for as long as one may take to open has failed, unless there is one for it now. */
  expire(now: number): void {
    this.#thereUs = this.#thereUntil(now);
    this.#lookedUs = now;
    const { connectUs } = this.work.lane.limits;
    while (this.waitedUs(now) >= connectUs && this.room() === 'full') {
      const due = this.#waiting.shift() as Due;
      const { outcome, detail } = this.gaveUp();
      this.#dropped(due, outcome, detail);
    }
  }

  /** How long the first in line has waited for a connection while this thread was there to give it one; 0 where none waits. */
  protected waitedUs(now: number = nowUs()): number {
    const first = this.#waiting.peek();
    return first === undefined ? 0 : this.#thereUntil(now) - first.sinceUs;
  }

  #thereUntil(us: number): number {
    return this.#thereUs + Math.max(0, Math.min(us - this.#lookedUs, longestStepUs));
  }

  /** What becomes of what has waited for so long. */
  protected gaveUp(): { outcome: 'unsent' | 'timeout'; detail: string } {
    return { outcome: 'timeout', detail: `no free connection within ${this.work.lane.limits.connectUs / 1000} ms` };
  }

  protected attempt(id: string, session: string | null, path: string, due: Omit<Due, 'index'>): Attempt {
    const { lane } = this.work;
    const { intendedUs, readyUs } = due;
    return newAttempt({ id, lane: lane.name, session, method: lane.request.method, path, intendedUs, readyUs });
  }

  protected id(index: number): string {
    return this.#idPrefix + index;
  }

  /** An attempt ended: there may be room for another. */
  protected ended(attempt: Attempt): void {
    if (this.isUnpaced) {
      const now = nowUs();
      // Where the thread was held up the answer may have been there all the while.
      this.#roomSinceUs ??= Math.min(now, this.wire.nextRoundUs());
      if (attempt.handled === 'no') this.pause();
      this.wire.wake();
    } else if (this.#waiting.size > 0) this.wire.wake();
    else this.wire.rest();
  }

  /** Nothing came of an attempt, and an unpaced lane would try the next one at once. */
  protected pause(): void {
    if (!this.isUnpaced) return;
    this.#pausedUntilUs = nowUs() + unpacedPauseUs;
    this.#roomSinceUs = this.#pausedUntilUs;
  }

  #nextDueUs(): number {
    if (this.#plan !== null) {
      const plannedUs = this.#plan.dueUs;
      const dueUs = this.#fromUs + (this.#turns === null ? plannedUs : this.#turns.placeUs(plannedUs));
      return dueUs <= this.#untilUs ? dueUs : Number.POSITIVE_INFINITY;
    }
    const isOver = this.#nextUnpaced >= this.#unpaced.limit || this.#untilUs < Number.POSITIVE_INFINITY;
    return isOver ? Number.POSITIVE_INFINITY : this.#fromUs;
  }

  #takeAllDue(untilUs: number): boolean {
    const plan = this.#plan as Plan;
    for (let dueUs = this.#nextDueUs(); ; dueUs = this.#nextDueUs()) {
      const readyUs = nowUs();
      if (dueUs > readyUs) return false;
      if (readyUs > untilUs) return true;
      const due = { index: plan.index, intendedUs: Math.round(dueUs), readyUs };
      plan.advance();
      this.work.books.tally.planned();
      this.work.books.blind.ready(due.intendedUs, readyUs);
      const room = this.#waiting.size > 0 ? 'full' : this.room();
      if (room === 'free') this.start(due);
      else {
        this.#waiting.push({ ...due, sinceUs: this.#thereUntil(readyUs) });
        if (room === 'poll') return true;
      }
    }
  }

  #sendUnpaced(untilUs: number): boolean {
    for (;;) {
      const now = nowUs();
      if (this.#nextDueUs() > now || now < this.#pausedUntilUs) return false;
      this.#pausedUntilUs = 0;
      if (!this.#hasTurn(now)) return false;
      const room = this.room();
      if (room === 'full') this.#roomSinceUs = null;
      if (room !== 'free') return room === 'poll';
      if (now > untilUs) return true;
      this.work.books.blind.ready(this.#roomSinceUs ?? now, now);
      this.#roomSinceUs = now;
      const index = this.#nextUnpaced;
      this.#nextUnpaced += this.#unpaced.step;
      this.work.books.tally.planned();
      this.start({ index, intendedUs: now, readyUs: now });
    }
  }

  /** Of an unpaced lane; where it has none it pauses until the next one, and is not blind meanwhile. */
  #hasTurn(now: number): boolean {
    if (this.#turns === null) return true;
    const opensUs = this.#fromUs + this.#turns.opensUs(now - this.#fromUs);
    if (opensUs <= now) return true;
    this.#pausedUntilUs = opensUs;
    this.#roomSinceUs = opensUs;
    return false;
  }

  #dropped(due: Due, outcome: 'unsent' | 'timeout', detail: string): void {
    const { session, page } = this.firstOf(due);
    this.neverSent(this.attempt(this.id(due.index), session, page, due), outcome, detail);
  }

  /** Nothing of it went out; it is a row all the same. */
  protected neverSent(attempt: Attempt, outcome: 'unsent' | 'timeout', detail: string): void {
    this.work.books.tally.sent();
    attempt.endUs = nowUs();
    attempt.outcome = outcome;
    attempt.phase = outcome === 'unsent' ? null : 'connect';
    attempt.detail = detail;
    this.wire.recorder.record(attempt, this.work.books);
  }

  /** What its first request would have been. */
  protected firstOf(_due: Due): { session: string | null; page: string } {
    return { session: null, page: this.work.lane.request.path };
  }
}
