import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Result } from '../../record/result.ts';
import { BoundedMap } from './bounded-map.ts';
import { Durations } from './durations.ts';
import { platformVersions } from './platform-versions.ts';

type Series = Result['series'];

const mostIntervals = 240;
const mostNames = 100;
/** Lengths of an interval that a person reads easily, in ms; past the last, whole minutes. */
const readableMs = [10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000];

/**
 * What came of the requests that were sent in each interval: good answers by version and replica, those that failed or
 * were left unanswered, latency of the good ones. By the time of sending, as outages are.
 */
export function series(facts: RunFacts): Fold<Series> {
  return new SeriesFold(facts);
}

class SeriesFold implements Fold<Series> {
  readonly #fromUs: number;
  readonly #stepMs: number;
  readonly #length: number;
  readonly #byVersion: BoundedMap<number[]>;
  readonly #byReplica: BoundedMap<number[]>;
  /** By pod; null where answers say their version themselves. */
  readonly #platform: ReadonlyMap<string, string | null> | null;
  readonly #failed: number[];
  readonly #failedByLane: BoundedMap<number[]>;
  readonly #latency: Durations[];

  constructor(facts: RunFacts) {
    const durationMs = (facts.trafficToUs - facts.trafficFromUs) / 1000;
    this.#fromUs = facts.trafficFromUs;
    this.#stepMs = intervalMs(durationMs);
    this.#length = Math.max(1, Math.ceil(durationMs / this.#stepMs));
    this.#platform = facts.identity.version === undefined ? platformVersions(facts) : null;
    const zeros = () => new Array<number>(this.#length).fill(0);
    this.#byVersion = new BoundedMap(mostNames, zeros);
    this.#byReplica = new BoundedMap(mostNames, zeros);
    this.#failedByLane = new BoundedMap(mostNames, zeros);
    this.#failed = zeros();
    this.#latency = Array.from({ length: this.#length }, () => new Durations());
  }

  batch(batch: AttemptBatch): void {
    const { sentUs, readyUs, endUs } = batch;
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      const ready = readyUs[row] as number;
      const sent = sentUs[row] as number;
      const interval = this.#intervalOf(Number.isNaN(sent) ? ready : sent);
      if (outcome === 'ok') {
        increment(this.#byVersion.get(this.#versionOf(batch, row) ?? '?'), interval);
        increment(this.#byReplica.get(batch.replica.at(row) ?? batch.pod.at(row) ?? '?'), interval);
        this.#latency[interval]?.add((endUs[row] as number) - ready);
      } else if (isFailed(outcome) || outcome === 'unanswered') {
        increment(this.#failed, interval);
        increment(this.#failedByLane.get(batch.lane.at(row) as string), interval);
      }
    }
  }

  /** What the answer says, where the scenario says how; else what the platform says of the replica that gave it. */
  #versionOf({ version, pod, replica }: AttemptBatch, row: number): string | null | undefined {
    if (this.#platform === null) return version.at(row);
    return this.#platform.get(pod.at(row) ?? replica.at(row) ?? '');
  }

  /** What was sent before or after traffic's time (a killed run has no end) counts in the first or last interval. */
  #intervalOf(us: number): number {
    const interval = Math.floor((us - this.#fromUs) / 1000 / this.#stepMs);
    return Math.min(Math.max(interval, 0), this.#length - 1);
  }

  done(): { result: Series } {
    return {
      result: {
        stepMs: this.#stepMs,
        fromMs: 0,
        versionsBy: this.#platform === null ? 'answers' : 'platform',
        byVersion: this.#byVersion.toObject((counts) => counts),
        byReplica: this.#byReplica.toObject((counts) => counts),
        failed: this.#failed,
        failedByLane: this.#failedByLane.toObject((counts) => counts),
        latency: {
          p50: this.#latency.map((one) => one.percentileMs(50)),
          p99: this.#latency.map((one) => one.percentileMs(99)),
          max: this.#latency.map((one) => one.maxMs),
        },
      },
    };
  }
}

function intervalMs(durationMs: number): number {
  const fits = readableMs.find((ms) => durationMs / ms <= mostIntervals);
  return fits ?? Math.ceil(durationMs / mostIntervals / 60_000) * 60_000;
}

function increment(counts: number[], interval: number): void {
  counts[interval] = (counts[interval] as number) + 1;
}
