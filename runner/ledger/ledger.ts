import type { LaneLedgerFacts, LedgerFacts } from '../../record/ledger.ts';
import { rewriteAttempts } from '../../record/rewrite-attempts.ts';
import { AppendedFile } from '../appended-file.ts';

interface Entry {
  /** In the ledger. */
  times: number;
  /** In the record, so far. */
  attempts: number;
}

/** Past that many it is too long to be held against the record. */
const mostEntries = 2_000_000;

/**
 * The app's own books: a file to which it appends the x-hitless-id of each request that it has handled, one a line. It is
 * read from where it ended when traffic began.
 */
export class Ledger {
  readonly #file: AppendedFile;

  /** Throws HITLESS_LEDGER where there is no such file, or it cannot be read. */
  constructor(file: string) {
    this.#file = new AppendedFile(file, {
      what: 'ledger',
      code: 'HITLESS_LEDGER',
      hint: 'The app has to make it when it starts, where this machine can read it; the helloworld app is told where by LEDGER.',
    });
  }

  /**
   * Holds the ledger against the record, and puts into this which attempts were handled; tells what it found. `beyondEnd`:
   * ids that the app may know, and that are no part of the record.
   */
  async reconcile(attemptsFile: string, beyondEnd: ReadonlySet<string> = new Set()): Promise<LedgerFacts> {
    const entries = await this.#entries();
    const file = this.#file.path;
    if (entries === null) return { file, entries: mostEntries, strangers: 0, lanes: [] };
    for (const id of beyondEnd) entries.delete(id);
    const lanes = new Map<string, LaneLedgerFacts>();
    let known = 0;
    rewriteAttempts(attemptsFile, (attempt) => {
      if (attempt.outcome === 'unsent') return;
      const lane = lanes.get(attempt.lane) ?? { lane: attempt.lane, sent: 0, handled: 0, twice: 0, okUnhandled: 0 };
      lanes.set(attempt.lane, lane);
      lane.sent++;
      const entry = entries.get(attempt.id) ?? { times: 0, attempts: 0 };
      const before = entry.attempts++;
      if (entry.times > before) {
        lane.handled++;
        attempt.handled = 'yes';
      } else if (attempt.outcome === 'ok') lane.okUnhandled++;
      if (entry.times > 0 && before === 0) known++;
      // Each hop of a redirect is an attempt, and may have the id of the first.
      if (entry.times > before + 1) lane.twice += before === 0 ? 1 : 0;
      else if (entry.times === before + 1 && before > 0) lane.twice--;
    });
    return { file, entries: entries.size, strangers: entries.size - known, lanes: [...lanes.values()] };
  }

  /** By id; null where there are too many. */
  async #entries(): Promise<Map<string, Entry> | null> {
    const entries = new Map<string, Entry>();
    for await (const line of this.#file.lines()) {
      const id = line.trim();
      if (id === '') continue;
      const entry = entries.get(id);
      if (entry !== undefined) entry.times++;
      else if (entries.size === mostEntries) return null;
      else entries.set(id, { times: 1, attempts: 0 });
    }
    return entries;
  }
}
