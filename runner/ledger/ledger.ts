import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { HitlessError } from '../../record/error.ts';
import type { LaneLedgerFacts, LedgerFacts } from '../../record/facts.ts';
import { rewriteAttempts } from '../../record/rewrite-attempts.ts';

/** Past that many it is too long to be held against the record. */
const mostEntries = 2_000_000;

/**
 * The app's own books: a file to which it appends the x-hitless-id of each request that it has handled, one a line. It is
 * read from where it ended when traffic began.
 */
export class Ledger {
  readonly #file: string;
  readonly #from: number;

  /** Throws HITLESS_LEDGER where there is no such file. */
  constructor(file: string) {
    if (!existsSync(file) || !statSync(file).isFile())
      throw new HitlessError('HITLESS_LEDGER', `there is no ledger ${file}`, {
        blame: 'usage',
        hint: 'The app has to make it when it starts, where this machine can read it; the helloworld app is told where by LEDGER.',
      });
    this.#file = file;
    this.#from = statSync(file).size;
  }

  /** Holds the ledger against the record, and puts into this which attempts were handled; tells what it found. */
  async reconcile(attemptsFile: string): Promise<LedgerFacts> {
    const times = await this.#timesOfEach();
    if (times === null) return { file: this.#file, entries: mostEntries, strangers: 0, lanes: [] };
    const lanes = new Map<string, LaneLedgerFacts>();
    const entries = times.size;
    let known = 0;
    rewriteAttempts(attemptsFile, (attempt) => {
      if (attempt.outcome === 'unsent') return;
      const lane = lanes.get(attempt.lane) ?? { lane: attempt.lane, sent: 0, handled: 0, twice: 0, okUnhandled: 0 };
      lanes.set(attempt.lane, lane);
      const handled = times.get(attempt.id) ?? 0;
      lane.sent++;
      if (handled > 0) {
        known++;
        lane.handled++;
        attempt.handled = 'yes';
      }
      if (handled > 1) lane.twice++;
      if (handled === 0 && attempt.outcome === 'ok') lane.okUnhandled++;
    });
    return { file: this.#file, entries, strangers: entries - known, lanes: [...lanes.values()] };
  }

  /** How often each id is there; null where there are too many. */
  async #timesOfEach(): Promise<Map<string, number> | null> {
    // One that was begun anew meanwhile is read from its start.
    const start = statSync(this.#file).size >= this.#from ? this.#from : 0;
    const times = new Map<string, number>();
    for await (const line of createInterface({ input: createReadStream(this.#file, { start, encoding: 'utf8' }) })) {
      const id = line.trim();
      if (id === '') continue;
      times.set(id, (times.get(id) ?? 0) + 1);
      if (times.size > mostEntries) return null;
    }
    return times;
  }
}
