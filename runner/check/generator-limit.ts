import type { AttemptBatch } from '../../record/fold.ts';
import { foundNoConnection } from './no-free-connection.ts';
import { count, duration, list } from './phrases.ts';

const secondUs = 1_000_000;
/** A generator that is later than this, and than a tenth of what an answer takes, is not on time (as bench has it, runner/bench/limit.ts). */
const mostLateUs = 5_000;
const lateShare = 0.1;
/** So much of the time in which it planned it must have been late: what a server does while we are on time is its own. */
const leastLateSeconds = 0.5;
/** A server that holds one request for so much of the time that others wait holds their connections too. */
const heldShare = 0.5;

/** What a lane did in a second. */
interface Second {
  planned: number;
  lateUs: number;
  answers: number;
  askUs: number;
  /** Of the requests that were under way then, from when each was sent. */
  longestUs: number;
}

/** Why requests that found no free connection are not the server's, in figures. */
export interface OwnLimit {
  givenUp: number;
  /** Mean lateness of the generator with its own plan, while they waited. */
  lateMs: number;
  /** From when requests were sent: the mean of good answers, and the longest of all. */
  askMs: number;
  longestMs: number;
  answersPerS: number;
}

class LaneSeconds {
  readonly seconds = new Map<number, Second>();
  /** The one that was asked for last: most rows need the same one three times. */
  #at = Number.NaN;
  #second: Second | null = null;
  givenUp = 0;
  fromUs = Number.POSITIVE_INFINITY;
  toUs = Number.NEGATIVE_INFINITY;
  shortestWaitUs = Number.POSITIVE_INFINITY;

  secondOf(us: number): Second {
    const at = Math.floor(us / secondUs);
    if (at === this.#at && this.#second !== null) return this.#second;
    const second = this.seconds.get(at) ?? { planned: 0, lateUs: 0, answers: 0, askUs: 0, longestUs: 0 };
    this.seconds.set(at, second);
    this.#at = at;
    this.#second = second;
    return second;
  }
}

/**
 * Tells whether the generator or the server was the limit where requests of a lane found no free connection. A rate beyond what
 * the generator can send makes it late with its plan, and late to read answers, which keeps connections in use. It was the
 * limit where it was late for most of the time that they waited, and the server gave back every connection long before one
 * of them was given up. A server that hangs, or is slow while we are on time, does not look like that. Memory grows with the
 * length of the run.
 */
export class GeneratorLimit {
  readonly #lanes = new Map<string, LaneSeconds>();

  /** `isExplained`: it is known already why it ran out of time. */
  see(batch: AttemptBatch, row: number, isExplained: boolean): void {
    const name = batch.lane.at(row) as string;
    const lane = this.#lanes.get(name) ?? new LaneSeconds();
    this.#lanes.set(name, lane);
    const readyUs = batch.readyUs[row] as number;
    const sentUs = batch.sentUs[row] as number;
    const endUs = batch.endUs[row] as number;
    const due = lane.secondOf(readyUs);
    due.planned++;
    due.lateUs += readyUs - (batch.intendedUs[row] as number);
    if (!isExplained && foundNoConnection(batch, row)) {
      lane.givenUp++;
      lane.fromUs = Math.min(lane.fromUs, readyUs);
      lane.toUs = Math.max(lane.toUs, endUs);
      lane.shortestWaitUs = Math.min(lane.shortestWaitUs, endUs - readyUs);
    }
    if (Number.isNaN(sentUs)) return;
    for (let us = sentUs; ; us += secondUs) {
      const second = lane.secondOf(Math.min(us, endUs));
      second.longestUs = Math.max(second.longestUs, endUs - sentUs);
      if (us >= endUs) break;
    }
    if (batch.outcome.at(row) !== 'ok') return;
    const ended = lane.secondOf(endUs);
    ended.answers++;
    ended.askUs += endUs - sentUs;
  }

  /** By lane, of these: those of which the generator was the limit. Of any other the server was, as far as the record shows. */
  of(lanes: Iterable<string>): Map<string, OwnLimit> {
    const limits = new Map<string, OwnLimit>();
    for (const name of lanes) {
      const limit = this.#ofLane(name);
      if (limit !== null) limits.set(name, limit);
    }
    return limits;
  }

  #ofLane(name: string): OwnLimit | null {
    const lane = this.#lanes.get(name);
    if (lane === undefined || lane.givenUp === 0) return null;
    const first = Math.floor(lane.fromUs / secondUs);
    const last = Math.floor(lane.toUs / secondUs);
    const seconds = [...lane.seconds].filter(([at]) => at >= first && at <= last).map(([, second]) => second);
    const sum = (of: (second: Second) => number) => seconds.reduce((total, second) => total + of(second), 0);
    const answers = sum((second) => second.answers);
    const longestUs = seconds.reduce((most, second) => Math.max(most, second.longestUs), 0);
    if (answers === 0 || longestUs >= heldShare * lane.shortestWaitUs) return null;
    const askUs = sum((second) => second.askUs) / answers;
    const boundUs = Math.max(mostLateUs, lateShare * askUs);
    const planning = seconds.filter(({ planned }) => planned > 0);
    const late = planning.filter(({ planned, lateUs }) => lateUs / planned > boundUs);
    if (late.length < leastLateSeconds * planning.length) return null;
    return {
      givenUp: lane.givenUp,
      lateMs: sum((second) => second.lateUs) / sum((second) => second.planned) / 1000,
      askMs: askUs / 1000,
      longestMs: longestUs / 1000,
      answersPerS: (answers * secondUs) / Math.max(secondUs, lane.toUs - lane.fromUs),
    };
  }
}

export function givenUpIn(limits: ReadonlyMap<string, OwnLimit>): number {
  return [...limits.values()].reduce((sum, { givenUp }) => sum + givenUp, 0);
}

/** What is said of these lanes, with what would tell more; null where there are none. */
export function ownLimitDoubt(limits: ReadonlyMap<string, OwnLimit>): { message: string; hint: string } | null {
  if (limits.size === 0) return null;
  const rates = [...limits].map(([lane, { answersPerS }]) => {
    return `${Math.floor(answersPerS).toLocaleString('en-US')} good answers a second came on lane ${lane} meanwhile`;
  });
  return {
    message: `${[...limits].map(tell).join(' ')} What the app would have answered is not known.`,
    hint: `lower the rate (${list(rates)}), or send from a machine of its own`,
  };
}

function tell([lane, { givenUp, lateMs, askMs, longestMs }]: [string, OwnLimit]): string {
  return `${count(givenUp, 'request')} of lane ${lane} found no free connection while the generator was the limit: it was ${duration(lateMs)} late on average with its own plan, and a good answer took ${duration(askMs)} from when it was asked for, no request more than ${duration(longestMs)}.`;
}
