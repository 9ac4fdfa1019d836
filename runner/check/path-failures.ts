import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { controlLanes } from '../../record/lane-roles.ts';
import { HungUp } from './hung-up.ts';
import { isUnresolved, type Kind, kindOf } from './kinds.ts';
import { isTooOften, withinUs } from './witness.ts';

const bucketUs = 100_000;
const reach = withinUs / bucketUs;
/** What is cut ends at once. */
const cutReach = 2;
/** A fault of the way there meets both: a control lane that lost far less than the app's lane met something else. */
const leastOfShare = 0.25;

interface Failure {
  outcome: Outcome;
  /** Faults of the way there end requests as connections or as answers; a refusal is not explained by a 503. */
  family: string;
  /** The connection was ended under it. */
  isCut: boolean;
  sentUs: number;
  endUs: number;
}

/** What a lane sent and lost, by tenths of a second. */
class LaneTimes {
  readonly sent = new Map<number, number>();
  readonly failures: Failure[] = [];
  /** By family: how many that were sent, and how many that ended, in a bucket failed. */
  readonly #failedSent = new Map<string, Map<number, number>>();
  readonly #failedEnd = new Map<string, Map<number, number>>();

  add(failure: Failure): void {
    this.failures.push(failure);
    increment(mapOf(this.#failedSent, failure.family), bucketOf(failure.sentUs));
    increment(mapOf(this.#failedEnd, failure.family), bucketOf(failure.endUs));
  }

  /** The share that failed so, of what was sent within a second of `us`. */
  shareSent(family: string, us: number): number {
    const failed = around(this.#failedSent.get(family), us, reach);
    return failed === 0 ? 0 : failed / around(this.sent, us, reach);
  }

  /** The share that ended so around `us`: when long requests were sent says nothing of what cut them. */
  shareCut(family: string, us: number): number {
    const failed = around(this.#failedEnd.get(family), us, cutReach);
    return failed === 0 ? 0 : failed / Math.max(failed, around(this.sent, us, cutReach));
  }

  seconds(): ReadonlySet<number> {
    return new Set([...this.sent.keys()].map((bucket) => Math.floor(bucket / reach)));
  }

  failedSeconds(): ReadonlySet<number> {
    return new Set(this.failures.map(({ sentUs }) => Math.floor(sentUs / withinUs)));
  }
}

/**
 * Finds the failures that the app's lanes share with a control lane: those around which the control lane lost requests
 * in the same way, within a second, and not far less of them; or, of those that were cut off, those at whose end the way there hung up
 * on the control lane's connections too. A control lane that also fails when the app does not is
 * no witness, and excuses nothing. Memory grows with what failed and with the length of the run.
 */
export class PathFailures {
  readonly #control: ReadonlySet<string>;
  readonly #lanes = new Map<string, LaneTimes>();
  /** Of control lanes with kept connections. */
  readonly #hungUp = new Map<string, HungUp>();

  constructor(facts: RunFacts) {
    this.#control = controlLanes(facts);
    if (this.#control.size === 0) return;
    for (const { name, connection } of facts.lanes) {
      this.#lanes.set(name, new LaneTimes());
      if (this.#control.has(name) && connection === 'kept') this.#hungUp.set(name, new HungUp());
    }
  }

  /** Every row of the record is to be shown, those of the control lanes too. */
  see(batch: AttemptBatch, row: number): void {
    if (this.#control.size === 0) return;
    const outcome = batch.outcome.at(row) as Outcome;
    const name = batch.lane.at(row) as string;
    const lane = this.#lanes.get(name);
    const sentUs = batch.sentUs[row] as number;
    if (lane === undefined || outcome === 'unsent' || Number.isNaN(sentUs)) return;
    increment(lane.sent, bucketOf(sentUs));
    this.#hungUp.get(name)?.see(batch, row);
    if (!isFailed(outcome) || outcome === 'stale-race') return;
    // Judged apart: nothing went out.
    if (isUnresolved(batch.phase.at(row), batch.detail.at(row))) return;
    const kind = kindOf(outcome, batch.status[row] as number);
    const endUs = batch.endUs[row] as number;
    lane.add({ outcome, family: familyOf(kind), isCut: kind === 'cut off', sentUs, endUs });
  }

  /** Of an app's lane, once all rows were seen: those that it shares with a control lane. */
  sharedOf(lane: string): { outcome: Outcome; sentUs: number; endUs: number }[] {
    const times = this.#lanes.get(lane);
    if (times === undefined) return [];
    const shaken = this.#shaken();
    const witnesses = this.#witnesses(shaken);
    const hungUp = [...this.#hungUp.values()].filter((one) => !one.endsByItself(shaken));
    return times.failures.filter(
      ({ family, isCut, sentUs, endUs }) =>
        (isCut && hungUp.some((one) => one.isAt(endUs))) ||
        witnesses.some(
          (witness) =>
            isLostBy(witness.shareSent(family, sentUs), times.shareSent(family, sentUs)) ||
            isLostBy(witness.shareCut(family, endUs), 1),
        ),
    );
  }

  /** Control lanes that fail when the app does not. */
  get unfit(): string[] {
    const shaken = this.#shaken();
    return [...this.#control].filter((name) => !isWitness(this.#lanes.get(name) as LaneTimes, shaken));
  }

  #witnesses(shaken: ReadonlySet<number>): LaneTimes[] {
    return [...this.#control]
      .map((name) => this.#lanes.get(name) as LaneTimes)
      .filter((control) => isWitness(control, shaken));
  }

  /** Seconds in which the app lost requests; a fault at the edge of one shows in the one beside it. */
  #shaken(): ReadonlySet<number> {
    const app = [...this.#lanes].filter(([lane]) => !this.#control.has(lane)).map(([, times]) => times);
    return new Set(app.flatMap((times) => [...times.failedSeconds()]).flatMap((at) => [at - 1, at, at + 1]));
  }
}

/** Does it fail only where the app does? */
function isWitness(control: LaneTimes, shaken: ReadonlySet<number>): boolean {
  const calm = [...control.seconds()].filter((second) => !shaken.has(second));
  const failed = control.failedSeconds();
  const alone = calm.filter((second) => failed.has(second)).length;
  return alone === 0 || (alone < calm.length && !isTooOften(alone, calm.length));
}

/** The control lane lost about as much as the app's lane. */
function isLostBy(control: number, app: number): boolean {
  return control > 0 && control >= leastOfShare * app;
}

/** How a connection fails depends on the moment; an answer is another thing, and so is one of another class. */
function familyOf(kind: Kind | null): string {
  return kind === 'not accepted' || kind === 'cut off' || kind === 'timed out' ? 'connection' : (kind ?? '');
}

function bucketOf(us: number): number {
  return Math.floor(us / bucketUs);
}

function around(counts: ReadonlyMap<number, number> | undefined, us: number, buckets: number): number {
  if (counts === undefined) return 0;
  let sum = 0;
  for (let bucket = bucketOf(us) - buckets; bucket <= bucketOf(us) + buckets; bucket++) sum += counts.get(bucket) ?? 0;
  return sum;
}

function mapOf(maps: Map<string, Map<number, number>>, key: string): Map<number, number> {
  const known = maps.get(key) ?? new Map<number, number>();
  maps.set(key, known);
  return known;
}

function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
