import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';

/** Names that answers give themselves, and visits: so many are kept, so that no app fills our memory. */
const mostNames = 1_000;
const mostVisits = 10_000;
const mostAnswers = 60;

/** Times are microseconds of the run's clock, as in `facts`. */
export interface VersionTally {
  answers: number;
  /** Of them, those that were the first on their connection: so often the version was chosen. */
  connections: number;
  firstSentUs: number;
  lastEndUs: number;
}

/** What came of the attempts of a lane, or of all, in a step or in the whole run. */
export interface Tally {
  sent: number;
  ok: number;
  failed: number;
  unanswered: number;
  /** Of failures alone. */
  byOutcome: ReadonlyMap<string, number>;
  /** Of answers that name a version, failed ones too. */
  byVersion: ReadonlyMap<string, VersionTally>;
  byReplica: ReadonlyMap<string, number>;
}

/** One visitor of a session lane, its page first. */
export interface Visit {
  lane: string;
  session: string;
  answers: { path: string; outcome: Outcome; status: number | null; version: string | null; sentUs: number }[];
}

/** A whole run as an assertion sees it, in memory that does not grow with the number of attempts. */
export interface RunView {
  facts: RunFacts;
  /**
   * Of one lane, or of all without; in one step, by its name or its place from 0, or in the whole run without. What was
   * under way when a step began or ended belongs to none.
   *
   * @throws Error where there is no such lane or step, or several steps of that name
   */
  tally(of?: { lane?: string; step?: string | number }): Tally;
  /** The first 10,000, with at most 60 answers each. */
  visits: readonly Visit[];
}

class MutableTally implements Tally {
  sent = 0;
  ok = 0;
  failed = 0;
  unanswered = 0;
  readonly byOutcome = new Map<string, number>();
  readonly byVersion = new Map<string, VersionTally>();
  readonly byReplica = new Map<string, number>();

  add(batch: AttemptBatch, row: number): void {
    const outcome = batch.outcome.at(row) as Outcome;
    if (outcome === 'unsent') return;
    this.sent++;
    if (outcome === 'ok') this.ok++;
    else if (outcome === 'unanswered') this.unanswered++;
    if (isFailed(outcome)) {
      this.failed++;
      addTo(this.byOutcome, outcome);
    }
    const answered = !Number.isNaN(batch.status[row] as number);
    const replica = batch.replica.at(row);
    if (answered && replica !== null) addTo(this.byReplica, replica);
    const version = batch.version.at(row);
    if (version !== null) this.#addVersion(version, batch, row);
  }

  #addVersion(version: string, batch: AttemptBatch, row: number): void {
    const sentUs = batch.sentUs[row] as number;
    const endUs = batch.endUs[row] as number;
    const known = this.byVersion.get(version);
    if (known === undefined && this.byVersion.size >= mostNames) return;
    const tally = known ?? { answers: 0, connections: 0, firstSentUs: sentUs, lastEndUs: endUs };
    this.byVersion.set(version, tally);
    tally.answers++;
    if (batch.connectionUse[row] === 1) tally.connections++;
    tally.firstSentUs = Math.min(tally.firstSentUs, sentUs);
    tally.lastEndUs = Math.max(tally.lastEndUs, endUs);
  }
}

/** Makes the view, batch by batch. `lane`: of this one alone. */
export class RunViewer implements RunView {
  readonly facts: RunFacts;
  readonly #lane: string | null;
  readonly #tallies = new Map<string, MutableTally>();
  readonly #visits = new Map<string, Visit>();

  constructor(facts: RunFacts, lane: string | null) {
    this.facts = facts;
    this.#lane = lane;
  }

  add(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const lane = batch.lane.at(row) as string;
      if (this.#lane !== null && lane !== this.#lane) continue;
      const step = this.#stepOf(batch.sentUs[row] as number, batch.endUs[row] as number);
      for (const place of step === null ? [null] : [step, null]) {
        this.#at(lane, place).add(batch, row);
        this.#at(null, place).add(batch, row);
      }
      this.#visit(lane, batch, row);
    }
  }

  get visits(): readonly Visit[] {
    return [...this.#visits.values()];
  }

  tally({ lane, step }: { lane?: string; step?: string | number } = {}): Tally {
    const { lanes } = this.facts;
    if (lane !== undefined && !lanes.some(({ name }) => name === lane)) throw new Error(`there is no lane ${lane}`);
    return this.#at(lane ?? null, step === undefined ? null : this.#placeOf(step));
  }

  #at(lane: string | null, step: number | null): MutableTally {
    const key = `${step ?? ''} ${lane ?? ''}`;
    const tally = this.#tallies.get(key) ?? new MutableTally();
    this.#tallies.set(key, tally);
    return tally;
  }

  #stepOf(sentUs: number, endUs: number): number | null {
    return this.facts.steps.find(({ fromUs, toUs }) => fromUs <= sentUs && endUs <= toUs)?.index ?? null;
  }

  #placeOf(step: string | number): number {
    const found = this.facts.steps.filter(({ index, name }) => index === step || name === step);
    const [only, second] = found;
    if (only === undefined) throw new Error(`the run came to no step ${step}`);
    if (second !== undefined) throw new Error(`there are several steps "${step}": say which by its place, from 0`);
    return only.index;
  }

  #visit(lane: string, batch: AttemptBatch, row: number): void {
    const session = batch.session.at(row);
    if (session === null) return;
    const known = this.#visits.get(session);
    if (known === undefined && this.#visits.size >= mostVisits) return;
    const visit = known ?? { lane, session, answers: [] };
    this.#visits.set(session, visit);
    if (visit.answers.length >= mostAnswers) return;
    const { path, outcome, status, version, sentUs, readyUs } = batch.attempt(row);
    visit.answers.push({ path, outcome, status, version, sentUs: sentUs ?? readyUs });
    visit.answers.sort((a, b) => a.sentUs - b.sentUs);
  }
}

function addTo(counts: Map<string, number>, name: string): void {
  if (counts.has(name) || counts.size < mostNames) counts.set(name, (counts.get(name) ?? 0) + 1);
}
