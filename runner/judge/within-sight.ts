import type { LaneFacts, RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { isControl } from '../../record/lane-roles.ts';
import type { LaneLedgerFacts } from '../../record/ledger.ts';
import type { Check, Finding } from '../check/check.ts';
import { count, list } from '../check/phrases.ts';
import { shownRows } from './shown-rows.ts';

/**
 * A check within what the engines of its lanes see. What an engine cannot tell (`unanswered`) is neither a loss nor a good
 * answer; and where a lost request can look as if none was, that none was seen proves nothing. Lanes of the builtin engine
 * alone leave the check as it is.
 */
export function withinSight(
  check: Pick<Check, 'restsOn' | 'name'>,
  fold: Fold<Finding>,
  facts: RunFacts,
  lane: string | null,
): Fold<Finding> {
  const lanes = facts.lanes.filter((one) => one.engine !== 'builtin' && !isControl(one));
  const judged = lanes.filter(({ name }) => lane === null || name === lane);
  return judged.length === 0 || check.restsOn === undefined ? fold : new WithinSight(check, fold, facts, judged);
}

class WithinSight implements Fold<Finding> {
  readonly #check: Pick<Check, 'restsOn' | 'name'>;
  readonly #facts: RunFacts;
  readonly #lanes: readonly LaneFacts[];
  readonly #untold = new Map<string, number>();
  #fold: Fold<Finding>;

  constructor(
    check: Pick<Check, 'restsOn' | 'name'>,
    fold: Fold<Finding>,
    facts: RunFacts,
    lanes: readonly LaneFacts[],
  ) {
    this.#check = check;
    this.#facts = facts;
    this.#lanes = lanes;
    const names = new Set(lanes.map(({ name }) => name));
    this.#fold = shownRows(fold, (batch, row) => !this.#isUntold(batch, row, names));
  }

  batch(batch: AttemptBatch): void {
    this.#fold.batch(batch);
  }

  done(): { result: Finding } | { again: Fold<Finding> } {
    const done = this.#fold.done();
    if ('result' in done) return { result: this.#within(done.result) };
    // It is shown the same rows, and what is untold is counted anew.
    this.#fold = done.again;
    this.#untold.clear();
    return { again: this };
  }

  #isUntold(batch: AttemptBatch, row: number, lanes: ReadonlySet<string>): boolean {
    // An interrupted run is told by itself.
    if (!this.#facts.complete || batch.outcome.at(row) !== 'unanswered') return false;
    const lane = batch.lane.at(row) as string;
    if (!lanes.has(lane)) return false;
    this.#untold.set(lane, (this.#untold.get(lane) ?? 0) + 1);
    return true;
  }

  #within(finding: Finding): Finding {
    if (finding.verdict !== 'pass' && finding.verdict !== 'warn') return finding;
    if (this.#check.restsOn === 'times') return withTimes(finding, this.#lanes);
    const repeated = this.#lanes.find((lane) => (this.#ledgerOf(lane)?.twice ?? 0) > 0 && hidden(lane).length > 0);
    if (repeated !== undefined && this.#check.name === 'zero-failed') return this.#repeated(finding, repeated);
    const doubt = this.#lanes.flatMap((lane) => this.#doubt(lane) ?? [])[0];
    return doubt === undefined ? this.#reconciled(finding) : { ...finding, verdict: 'inconclusive', ...doubt };
  }

  #repeated(finding: Finding, lane: LaneFacts): Finding {
    const twice = this.#ledgerOf(lane)?.twice ?? 0;
    const message = `By the app's ledger ${count(twice, 'request')} of lane ${lane.name} ${twice === 1 ? 'was' : 'were'} handled more than once: ${lane.engine} had sent ${twice === 1 ? 'it' : 'them'} again, as the first answer was lost.`;
    return { ...finding, verdict: 'fail', message };
  }

  #doubt(lane: LaneFacts): { message: string; hint: string } | null {
    const { name, engine } = lane;
    const untold = this.#untold.get(name) ?? 0;
    if (untold > 0)
      return {
        message: `What came of ${count(untold, 'request')} of lane ${name} is not known: ${engine} cannot tell.`,
        hint: `let the builtin engine send lane ${name}, or run again`,
      };
    const spots = hidden(lane).filter((spot) => spot.shownByLedger !== true || !this.#isReconciled(lane));
    if (spots.length === 0) return null;
    const { ledger } = this.#facts;
    const canBeShown = spots.every(({ shownByLedger }) => shownByLedger === true);
    return {
      message: `No lost request was seen on lane ${name}, but ${engine} does not see ${list(spots.map(({ what }) => what))}.${canBeShown && ledger !== undefined ? ` ${this.#ledgerFault(lane)}` : ''}`,
      hint: `${canBeShown && ledger === undefined ? 'let the app keep a ledger of what it handled (ledger: FILE), ' : ''}let no connection be used twice, or let the builtin engine send lane ${name}`,
    };
  }

  /** Every good answer of the lane is in the ledger, once, and nothing is there that the record does not have. */
  #isReconciled(lane: LaneFacts): boolean {
    const own = this.#ledgerOf(lane);
    return own !== undefined && own.twice === 0 && own.okUnhandled === 0 && this.#facts.ledger?.strangers === 0;
  }

  #ledgerFault(lane: LaneFacts): string {
    const own = this.#ledgerOf(lane);
    if (own === undefined) return "The app's ledger tells of none of its requests, or is too long.";
    if (own.twice > 0) return `By the app's ledger ${count(own.twice, 'request')} came more than once.`;
    if (own.okUnhandled > 0)
      return `The app's ledger lacks ${count(own.okUnhandled, 'request')} that got a good answer, so it is not whole.`;
    return `The app's ledger has ${count(this.#facts.ledger?.strangers ?? 0, 'request')} that the record does not have.`;
  }

  #reconciled(finding: Finding): Finding {
    const shown = this.#lanes.filter((lane) => hidden(lane).length > 0).map(({ name }) => name);
    if (shown.length === 0) return finding;
    return {
      ...finding,
      message: `${finding.message} The app's ledger has each good answer of lane ${list(shown)} once.`,
    };
  }

  #ledgerOf({ name }: LaneFacts): LaneLedgerFacts | undefined {
    return this.#facts.ledger?.lanes.find(({ lane }) => lane === name);
  }
}

function hidden({ blindTo = [] }: LaneFacts) {
  return blindTo.filter(({ hides }) => hides === 'loss');
}

function withTimes(finding: Finding, lanes: readonly LaneFacts[]): Finding {
  const notes = lanes.flatMap(({ name, engine, blindTo = [] }) => {
    const spots = blindTo.filter(({ hides }) => hides === 'time').map(({ what }) => what);
    return spots.length === 0 ? [] : [`Lane ${name} is sent by ${engine}, which leaves out ${list(spots)}.`];
  });
  return { ...finding, message: [finding.message, ...notes].join(' ') };
}
