import { type Attempt, isFailed } from '../../../record/attempt.ts';
import type { AttemptWriter } from '../../../record/attempts-writer.ts';
import { nowUs } from '../../../record/clock.ts';
import { hideSecrets } from '../../traffic/secrets.ts';
import type { LaneCounts } from '../../traffic/traffic.ts';

/** For the app's ledger, which has them too. */
const mostLeftOut = 1_000_000;

/** What is written down of a lane: its rows in the record, and how many there are of each kind. */
export class LaneRecorder {
  readonly #writer: AttemptWriter;
  readonly #secrets: readonly string[];
  readonly #counts: LaneCounts;
  readonly #leftOut: string[] = [];
  #lastFailure: { outcome: Attempt['outcome']; us: number } | null = null;

  constructor(lane: string, writer: AttemptWriter, secrets: readonly string[]) {
    this.#writer = writer;
    this.#secrets = secrets;
    this.#counts = { lane, planned: 0, sent: 0, ok: 0, failed: 0, unanswered: 0, unsent: 0, inFlight: 0 };
  }

  record(attempt: Attempt): void {
    const { outcome } = attempt;
    hideSecrets(attempt, this.#secrets);
    this.#writer.add(attempt);
    const counts = this.#counts;
    counts.planned++;
    if (outcome === 'unsent') counts.unsent++;
    else counts.sent++;
    if (outcome === 'ok') counts.ok++;
    else if (outcome === 'unanswered') counts.unanswered++;
    else if (isFailed(outcome)) {
      counts.failed++;
      this.#lastFailure = { outcome, us: attempt.endUs };
    }
  }

  /** A request that went out and is no part of the run: it has no row. */
  leaveOut(id: string): void {
    if (this.#leftOut.length < mostLeftOut) this.#leftOut.push(id);
  }

  /** `underWay`: requests of which there is no row yet. */
  counts(underWay: number): LaneCounts {
    const { planned, sent } = this.#counts;
    const counts = { ...this.#counts, planned: planned + underWay, sent: sent + underWay, inFlight: underWay };
    if (this.#lastFailure === null) return counts;
    const { outcome, us } = this.#lastFailure;
    return { ...counts, lastFailure: { outcome, agoMs: Math.max(0, (nowUs() - us) / 1000) } };
  }

  /** Nothing comes any more. */
  close(atEnd: NonNullable<LaneCounts['atEnd']>): void {
    this.#counts.beyondEnd = this.#leftOut;
    this.#counts.atEnd = atEnd;
  }
}
