import type { Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes } from '../../record/lane-roles.ts';
import { PathFailures } from '../check/path-failures.ts';
import { isAsItEnded, placedByTime, type Share, sameMomentUs } from './by-time.ts';
import { type Cut, cutOf, isKept } from './cut.ts';
import { type Departure, departures } from './departure.ts';
import { Moments } from './moments.ts';

/** The FIN of an exit may come a little after the exit was seen: `settle`, as after a rollout. */
const slackUs = 1_000_000;

/** What a replica did of what it was sent when it had surely got its SIGTERM. */
export interface ServedAfter {
  /** Good answers to requests on new connections. */
  accepted: number;
  /** The most that it gave on one connection that it had before. */
  mostOnOne: number;
}

/** What causes are told by. */
export interface Survey {
  departures: ReadonlyMap<string, Departure>;
  /** Those that no control lane shared, while a replica that it may have been was on its way out. */
  cuts: Cut[];
  served: ReadonlyMap<string, ServedAfter>;
  /** Requests on reused connections: to replicas on their way out, and others; of the others those that were cut off. */
  reused: { leaving: number; others: number; cutOfOthers: number };
  /** As any replica ended, and at other times. */
  asAnyEnded: Share;
  elsewhere: Share;
  /** When requests were cut off that were known to be on replicas that stayed. */
  cutsOfOthers: Moments;
  /** The longest that a good answer took, from when its request was sent. */
  longestUs: number;
}

/**
 * Looks for requests that were cut off as replicas went. Where it is not seen whom a connection led to, its other answers tell,
 * in a second pass; so this is for ways on which a connection leads to one replica.
 */
export function survey(facts: RunFacts): Fold<Survey> {
  return new SurveyFold(facts);
}

class SurveyFold implements Fold<Survey> {
  readonly #departures: ReadonlyMap<string, Departure>;
  readonly #control: ReadonlySet<string>;
  readonly #path: PathFailures;
  readonly #served = new Map<string, Served>();
  readonly #reused = { leaving: 0, others: 0, cutOfOthers: 0 };
  readonly #asAnyEnded: Share = { requests: 0, cuts: 0 };
  readonly #elsewhere: Share = { requests: 0, cuts: 0 };
  readonly #cutsOfOthers = new Moments(sameMomentUs);
  readonly #facts: RunFacts;
  /** Before and after it no replica was on its way out. */
  readonly #fromUs: number;
  readonly #toUs: number;
  #cuts: Cut[] = [];
  #longestUs = 0;

  constructor(facts: RunFacts) {
    this.#departures = new Map(departures(facts).map((one) => [one.pod, one]));
    const all = [...this.#departures.values()];
    this.#fromUs = all.reduce((least, { told }) => Math.min(least, told.earliestUs), Number.POSITIVE_INFINITY);
    this.#toUs = all.reduce((most, { exit }) => Math.max(most, exit.latestUs + slackUs), Number.NEGATIVE_INFINITY);
    this.#facts = facts;
    this.#control = controlLanes(facts);
    this.#path = new PathFailures(facts);
  }

  batch(batch: AttemptBatch): void {
    if (this.#departures.size === 0) return;
    for (let row = 0; row < batch.length; row++) {
      this.#path.see(batch, row);
      if (!this.#control.has(batch.lane.at(row) as string)) this.#see(batch, row);
    }
  }

  #see(batch: AttemptBatch, row: number): void {
    const outcome = batch.outcome.at(row) as Outcome;
    if (outcome === 'unsent') return;
    const [sentUs, endUs] = [batch.sentUs[row] as number, batch.endUs[row] as number];
    const anyLeaving = endUs >= this.#fromUs && endUs <= this.#toUs;
    const pod = anyLeaving ? batch.pod.at(row) : null;
    const departure = pod === null ? undefined : this.#departures.get(pod);
    if (outcome === 'ok') {
      this.#longestUs = Math.max(this.#longestUs, endUs - sentUs);
      if (departure !== undefined) this.#seeServed(departure, batch, row);
    }
    const cut = cutOf(batch, row);
    const leaving = anyLeaving && this.#isLeaving(departure, pod, endUs, cut);
    if ((batch.connectionUse[row] as number) > 1) this.#reused[leaving ? 'leaving' : 'others']++;
    const isAsAnyEnded = anyLeaving && [...this.#departures.values()].some((one) => isAsItEnded(one, endUs));
    const share = isAsAnyEnded ? this.#asAnyEnded : this.#elsewhere;
    share.requests++;
    if (cut === null) return;
    share.cuts++;
    if (leaving) {
      this.#cuts.push(cut);
      return;
    }
    if (isKept(cut)) this.#reused.cutOfOthers++;
    if (pod !== null) this.#cutsOfOthers.add(endUs);
  }

  /** A request that was cut and may have been any replica's is one that may have been of one on its way out. */
  #isLeaving(departure: Departure | undefined, pod: string | null, endUs: number, cut: Cut | null): boolean {
    if (departure !== undefined) return isWhileLeaving(departure, endUs);
    if (pod !== null || cut === null) return false;
    return [...this.#departures.values()].some((one) => isWhileLeaving(one, endUs));
  }

  #seeServed({ pod, sigterm }: Departure, batch: AttemptBatch, row: number): void {
    if ((batch.sentUs[row] as number) <= sigterm.latestUs) return;
    const served = this.#served.get(pod) ?? new Served();
    this.#served.set(pod, served);
    served.add(batch.connection[row] as number, batch.connectionUse[row] as number);
  }

  done(): { result: Survey } | { again: Fold<Survey> } {
    const shared = new Set([...new Set(this.#cuts.map(({ lane }) => lane))].flatMap((lane) => this.#sharedOf(lane)));
    this.#cuts = this.#cuts.filter((cut) => !shared.has(keyOf(cut)));
    const result: Survey = {
      departures: this.#departures,
      cuts: this.#cuts,
      served: this.#served,
      reused: this.#reused,
      asAnyEnded: this.#asAnyEnded,
      elsewhere: this.#elsewhere,
      cutsOfOthers: this.#cutsOfOthers,
      longestUs: this.#longestUs,
    };
    const wanted = new Set(
      this.#cuts.flatMap((cut) =>
        cut.pod === null && isKept(cut) && !Number.isNaN(cut.connection) ? [cut.connection] : [],
      ),
    );
    if (wanted.size > 0) return { again: new Owners(result, wanted, this.#facts) };
    return { result: { ...result, cuts: placedByTime(result.cuts, result, this.#facts) } };
  }

  #sharedOf(lane: string): string[] {
    return this.#path.sharedOf(lane).map(({ sentUs, endUs }) => keyOf({ lane, sentUs, endUs }));
  }
}

class Served implements ServedAfter {
  accepted = 0;
  mostOnOne = 0;
  readonly #onKept = new Map<number, number>();

  add(connection: number, use: number): void {
    if (use === 1) this.accepted++;
    if (use === 1 || Number.isNaN(connection)) return;
    const number = (this.#onKept.get(connection) ?? 0) + 1;
    this.#onKept.set(connection, number);
    this.mostOnOne = Math.max(this.mostOnOne, number);
  }
}

/** Finds whose the connections were on which requests were cut. */
class Owners implements Fold<Survey> {
  readonly #survey: Survey;
  readonly #wanted: ReadonlySet<number>;
  readonly #pods = new Map<number, string>();
  /** When requests were sent on them that got a good answer. */
  readonly #answeredUs = new Map<number, number[]>();
  readonly #facts: RunFacts;

  constructor(survey: Survey, wanted: ReadonlySet<number>, facts: RunFacts) {
    this.#survey = survey;
    this.#wanted = wanted;
    this.#facts = facts;
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const connection = batch.connection[row] as number;
      if (!this.#wanted.has(connection)) continue;
      const pod = batch.pod.at(row);
      if (pod !== null) this.#pods.set(connection, pod);
      else if (batch.outcome.at(row) === 'ok') this.#noteAnswer(connection, batch.sentUs[row] as number);
    }
  }

  #noteAnswer(connection: number, sentUs: number): void {
    const known = this.#answeredUs.get(connection);
    if (known === undefined) this.#answeredUs.set(connection, [sentUs]);
    else known.push(sentUs);
  }

  done(): { result: Survey } {
    const { departures, reused } = this.#survey;
    const all = this.#survey.cuts.map((cut) => ({ ...cut, pod: cut.pod ?? this.#pods.get(cut.connection) ?? null }));
    const { cuts = [], ofOthers = [] } = Object.groupBy(all, ({ pod, endUs }) => {
      const departure = departures.get(pod ?? '');
      const isOfOther = pod !== null && (departure === undefined || !isWhileLeaving(departure, endUs));
      return isOfOther ? 'ofOthers' : 'cuts';
    });
    for (const { endUs } of ofOthers) this.#survey.cutsOfOthers.add(endUs);
    const known: Survey = {
      ...this.#survey,
      cuts,
      reused: { ...reused, cutOfOthers: reused.cutOfOthers + ofOthers.filter(isKept).length },
    };
    const placed = placedByTime(cuts, known, this.#facts);
    return { result: { ...known, cuts: placed, served: this.#servedBy(placed) } };
  }

  /** With what connections tell that were placed by when they were cut. */
  #servedBy(cuts: readonly Cut[]): ReadonlyMap<string, ServedAfter> {
    const served = new Map(this.#survey.served);
    for (const { pod, byTime, connection } of cuts) {
      const departure = this.#survey.departures.get(pod ?? '');
      if (!byTime || departure === undefined) continue;
      const after = this.#answeredUs.get(connection)?.filter((us) => us > departure.sigterm.latestUs).length ?? 0;
      const { accepted = 0, mostOnOne = 0 } = served.get(departure.pod) ?? {};
      served.set(departure.pod, { accepted, mostOnOne: Math.max(mostOnOne, after) });
    }
    return served;
  }
}

function isWhileLeaving({ told, exit }: Departure, endUs: number): boolean {
  return endUs >= told.earliestUs && endUs <= exit.latestUs + slackUs;
}

function keyOf({ lane, sentUs, endUs }: Pick<Cut, 'lane' | 'sentUs' | 'endUs'>): string {
  return `${sentUs} ${endUs} ${lane}`;
}
