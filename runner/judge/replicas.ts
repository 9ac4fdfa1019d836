import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Result } from '../../record/result.ts';
import { others } from './bounded-map.ts';
import { platformVersions } from './platform-versions.ts';
import { usedBy } from './usage.ts';

type ReplicaResult = Result['replicas'][number];

const mostReplicas = 1000;

/** What is known of attempts that share what the app and what the platform calls their replica. */
interface Tally {
  name: string | null;
  pod: string | null;
  version: string | null;
  answered: number;
  failed: number;
  firstUs: number;
  lastUs: number;
}

/**
 * Every replica that answered, failed, or was seen by the platform. Good answers join what the app calls itself to the
 * pod; an attempt that failed and knows only the pod counts for the one name that the pod answered with, and has a row of
 * its own where there were several (the pod's container was restarted) or none.
 */
export function replicas(facts: RunFacts): Fold<ReplicaResult[]> {
  return new ReplicasFold(facts);
}

class ReplicasFold implements Fold<ReplicaResult[]> {
  readonly #facts: RunFacts;
  readonly #tallies = new Tallies();

  constructor(facts: RunFacts) {
    this.#facts = facts;
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      const replica = batch.replica.at(row);
      const pod = batch.pod.at(row);
      if (replica === null && pod === null) continue;
      const named = replica !== null && batch.replicaSource.at(row) === 'answer';
      const tally = this.#tallies.get(named ? replica : null, pod ?? (named ? null : replica));
      if (isFailed(outcome)) tally.failed++;
      if (outcome !== 'ok') continue;
      const end = batch.endUs[row] as number;
      tally.answered++;
      if (end < tally.firstUs) tally.firstUs = end;
      if (end > tally.lastUs) tally.lastUs = end;
      tally.version = batch.version.at(row) ?? tally.version;
    }
  }

  done(): { result: ReplicaResult[] } {
    const joined = joinByPod(this.#tallies.all);
    const total = joined.reduce((sum, { answered }) => sum + answered, 0);
    const seen = platformVersions(this.#facts);
    const silent = [...seen.keys()]
      .filter((pod) => !joined.some((tally) => tally.pod === pod))
      .map((pod) => newTally(null, pod));
    const rows = [...joined, ...silent].map((tally) => this.#row(tally, total, seen));
    return { result: rows.toSorted((a, b) => (a.firstMs ?? Infinity) - (b.firstMs ?? Infinity) || 0) };
  }

  #row(tally: Tally, total: number, seen: ReadonlyMap<string, string | null>): ReplicaResult {
    const { name, pod, answered, failed } = tally;
    const fromStart = (us: number) => (answered === 0 ? null : (us - this.#facts.trafficFromUs) / 1000);
    return {
      name,
      pod,
      version: tally.version ?? (pod === null ? null : (seen.get(pod) ?? null)),
      answered,
      failed,
      share: total === 0 ? 0 : answered / total,
      firstMs: fromStart(tally.firstUs),
      lastMs: fromStart(tally.lastUs),
      ...(pod === null ? {} : this.#facts.target.places?.[pod]),
      ...usedBy(pod, this.#facts),
    };
  }
}

function newTally(name: string | null, pod: string | null): Tally {
  return {
    name,
    pod,
    version: null,
    answered: 0,
    failed: 0,
    firstUs: Number.POSITIVE_INFINITY,
    lastUs: Number.NEGATIVE_INFINITY,
  };
}

/** Tallies by pod and name; past the thousandth pair (an app that names itself anew each time) the rest share one. */
class Tallies {
  readonly #byPod = new Map<string | null, Map<string | null, Tally>>();
  readonly all: Tally[] = [];

  get(name: string | null, pod: string | null): Tally {
    const known = this.#byPod.get(pod)?.get(name);
    if (known !== undefined) return known;
    if (this.all.length >= mostReplicas && name !== others) return this.get(others, null);
    const made = newTally(name, pod);
    this.all.push(made);
    const ofPod = this.#byPod.get(pod) ?? new Map<string | null, Tally>();
    this.#byPod.set(pod, ofPod.set(name, made));
    return made;
  }
}

/** A row without a name joins the row of its pod, and a row without a pod (behind a proxy) the one of its name, where there is just one. */
function joinByPod(tallies: readonly Tally[]): Tally[] {
  const whole = tallies.filter(({ name, pod }) => name !== null && pod !== null).map((tally) => ({ ...tally }));
  const apart = tallies.filter((tally) => {
    if (tally.name !== null && tally.pod !== null) return false;
    const partners = whole.filter(({ name, pod }) => (tally.pod === null ? name === tally.name : pod === tally.pod));
    if (partners.length !== 1) return true;
    absorb(partners[0] as Tally, tally);
    return false;
  });
  return [...whole, ...apart];
}

function absorb(into: Tally, from: Tally): void {
  into.answered += from.answered;
  into.failed += from.failed;
  into.firstUs = Math.min(into.firstUs, from.firstUs);
  into.lastUs = Math.max(into.lastUs, from.lastUs);
  into.version ??= from.version;
}
