import { AccessLog } from './access-log/access-log.ts';
import { Ledger } from './ledger/ledger.ts';
import type { RunLog } from './run-log.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { LaneCounts } from './traffic/traffic.ts';

/** What others write down of the requests of a run: a proxy its access log, the app its ledger. */
export class ServerRecords {
  readonly #accessLog: AccessLog | null;
  readonly #ledger: Ledger | null;

  /** From now on. Throws HITLESS_ACCESS_LOG or HITLESS_LEDGER where one that the scenario names is not there. */
  constructor({ accessLog, ledger }: Pick<Scenario, 'accessLog' | 'ledger'>) {
    this.#accessLog = accessLog === null ? null : new AccessLog(accessLog);
    this.#ledger = ledger === null ? null : new Ledger(ledger);
  }

  /** Puts what they say into the record, when traffic has ended. */
  async join({ facts, files }: RunLog, counts: readonly LaneCounts[], signal: AbortSignal): Promise<void> {
    if (this.#accessLog !== null) facts.accessLog = await this.#accessLog.join(files.attempts, signal);
    if (this.#ledger === null) return;
    const beyondEnd = new Set(counts.flatMap((lane) => lane.beyondEnd ?? []));
    facts.ledger = await this.#ledger.reconcile(files.attempts, beyondEnd);
  }
}
