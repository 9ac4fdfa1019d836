import type { Attempt } from '../../record/attempt.ts';
import type { AttemptWriter } from '../../record/attempts-writer.ts';
import { nowUs } from '../../record/clock.ts';
import type { BlindWatch } from './blind.ts';
import type { Ending } from './outcome.ts';
import type { Tally } from './tally.ts';

/** What a lane in this thread keeps books with. */
export interface Books {
  tally: Tally;
  blind: BlindWatch;
}

/** An attempt whose answer was complete, kept back until it is clear that nothing follows it. */
interface Held {
  attempt: Attempt;
  books: Books;
  sinceUs: number;
  holder: Holder;
}

/** Who watches for what follows. */
export interface Holder {
  /** Called when the row has been written: what comes now does not change it any more. */
  released(): void;
}

/**
 * An attempt that had ended 100 ms before a kill must be on disk; it is written within one flush (50 ms) and kept back
 * for at most this long before.
 */
const longestHoldUs = 20_000;

/**
 * Where each attempt becomes a row, once: the row is written and counted in the same moment. An attempt with a whole
 * answer is held until its connection is used again, or ended by the server, or 20 ms have gone: bytes that come
 * meanwhile were not asked for and fail it. Later ones close the connection and change no row.
 */
export class Recorder {
  readonly #writer: AttemptWriter;
  readonly #held = new Set<Held>();
  /** Attempts of which a flow may still say that they are not good; those that would be rows by now, with their books. */
  readonly #pinned = new Map<Attempt, Books | null>();

  constructor(writer: AttemptWriter) {
    this.#writer = writer;
  }

  /** Of an attempt that was counted as sent. One that is pinned becomes a row when it is not any more. */
  record(attempt: Attempt, books: Books): void {
    if (this.#pinned.size > 0 && this.#pinned.has(attempt)) {
      this.#pinned.set(attempt, books);
      return;
    }
    this.#writer.add(attempt);
    books.tally.ended(attempt.outcome);
    books.blind.ended(attempt);
  }

  /** It becomes no row before `unpin`. */
  pin(attempt: Attempt): void {
    this.#pinned.set(attempt, null);
  }

  unpin(attempt: Attempt): void {
    const books = this.#pinned.get(attempt);
    this.#pinned.delete(attempt);
    if (books != null) this.record(attempt, books);
  }

  hold(attempt: Attempt, books: Books, holder: Holder): Held {
    const held = { attempt, books, sinceUs: attempt.endUs, holder };
    this.#held.add(held);
    return held;
  }

  /** Writes it, as it is or with another ending; where it has been written already, does nothing. */
  release(held: Held, ending: Ending | null = null): void {
    if (!this.#held.delete(held)) return;
    if (ending !== null) Object.assign(held.attempt, ending);
    this.record(held.attempt, held.books);
    held.holder.released();
  }

  /** Writes what was held for long enough. Call it directly after the sockets have been read. */
  releaseOld(now: number = nowUs()): void {
    for (const held of this.#held) {
      if (now - held.sinceUs < longestHoldUs) break;
      this.release(held);
    }
  }

  releaseAll(): void {
    for (const held of this.#held) this.release(held);
  }

  flush(): void {
    this.#writer.flush();
  }

  close(): void {
    this.releaseAll();
    for (const attempt of [...this.#pinned.keys()]) this.unpin(attempt);
    this.#writer.close();
  }
}

export type { Held };
