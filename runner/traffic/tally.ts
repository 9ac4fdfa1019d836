import { isFailed, type Outcome, outcomes } from '../../record/attempt.ts';
import { nowUs } from '../../record/clock.ts';
import type { LaneCounts } from './traffic.ts';

const fields = [
  'planned',
  'sent',
  'ok',
  'failed',
  'unanswered',
  'unsent',
  'inFlight',
  /** Place of the last failure's outcome among all, from 1; 0: there was none. */
  'lastOutcome',
  /** When that was, in ms of the clock; its low 32 bits. */
  'lastFailedMs',
] as const;
type Field = (typeof fields)[number];

/** Shared memory for the counts of every lane in every thread. */
export function createCounts(lanes: number, threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(lanes * threads * fields.length * Int32Array.BYTES_PER_ELEMENT);
}

/** A lane's counts over all threads, as they are now. */
export function readCounts(counts: SharedArrayBuffer, lane: string, laneIndex: number, lanes: number): LaneCounts {
  const cells = new Int32Array(counts);
  const sum = (field: Field) => {
    let total = 0;
    for (let at = laneIndex * fields.length; at < cells.length; at += lanes * fields.length)
      total += Atomics.load(cells, at + fields.indexOf(field));
    return total;
  };
  return {
    lane,
    planned: sum('planned'),
    sent: sum('sent'),
    ok: sum('ok'),
    failed: sum('failed'),
    unanswered: sum('unanswered'),
    unsent: sum('unsent'),
    inFlight: sum('inFlight'),
    ...lastFailure(cells, laneIndex, lanes),
  };
}

/** Of the threads' last failures of a lane the youngest; it is shown, and no more. */
function lastFailure(cells: Int32Array, laneIndex: number, lanes: number): Pick<LaneCounts, 'lastFailure'> {
  const now = clockMs();
  let last: { outcome: Outcome; agoMs: number } | undefined;
  for (let at = laneIndex * fields.length; at < cells.length; at += lanes * fields.length) {
    const outcome = outcomes[Atomics.load(cells, at + fields.indexOf('lastOutcome')) - 1];
    const agoMs = Math.max(0, (now - Atomics.load(cells, at + fields.indexOf('lastFailedMs'))) | 0);
    if (outcome !== undefined && agoMs < (last?.agoMs ?? Number.POSITIVE_INFINITY)) last = { outcome, agoMs };
  }
  return last === undefined ? {} : { lastFailure: last };
}

function clockMs(): number {
  return (nowUs() / 1000) | 0;
}

/**
 * One lane's counts in one thread, which alone writes them: at any time sent = ok + failed + unanswered + inFlight, and
 * planned - sent - unsent attempts wait to be sent. At the end planned is the number of rows.
 */
export class Tally {
  readonly #cells: Int32Array;

  constructor(counts: SharedArrayBuffer, laneIndex: number, lanes: number, thread: number) {
    const offset = (thread * lanes + laneIndex) * fields.length * Int32Array.BYTES_PER_ELEMENT;
    this.#cells = new Int32Array(counts, offset, fields.length);
  }

  /** Sent and not a row yet. */
  get inFlight(): number {
    return this.#cells[6] as number;
  }

  planned(): void {
    this.#add(0, 1);
  }

  /** What was planned will never be: a visitor left without having asked for anything. */
  withdrawn(): void {
    this.#add(0, -1);
  }

  sent(): void {
    this.#add(1, 1);
    this.#add(6, 1);
  }

  /** Of an attempt that was counted as sent; our own machine's refusal takes that back. */
  ended(outcome: Outcome): void {
    this.#add(6, -1);
    if (outcome === 'ok') this.#add(2, 1);
    else if (outcome === 'unsent') {
      this.#add(1, -1);
      this.#add(5, 1);
    } else if (isFailed(outcome)) {
      this.#add(3, 1);
      this.#cells[7] = outcomes.indexOf(outcome) + 1;
      this.#cells[8] = clockMs();
    } else this.#add(4, 1);
  }

  #add(cell: number, by: number): void {
    (this.#cells[cell] as number) += by;
  }
}
