import { isFailed, type Outcome, outcomes } from '../../record/attempt.ts';
import type { LaneFacts, RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { isControl } from '../../record/lane-roles.ts';
import type { LaneTrafficResult } from '../../record/result.ts';
import { PathFailures } from '../check/path-failures.ts';
import { Durations, spread } from './durations.ts';
import { Ways } from './ways.ts';

type Curve = [percentile: number, ms: number][];

export interface TrafficByLane {
  traffic: LaneTrafficResult[];
  /** Latency at each percentile, by lane, and of all lanes under `all`. */
  percentiles: Record<string, Curve>;
  /** Sent on a connection that was opened for it, by lane. */
  openings: ReadonlyMap<string, number>;
  /** What cannot be true of a sound record, one sentence each. */
  contradictions: string[];
}

/** Up to where the curve is drawn depends on how many there are: 99.99 says nothing of 500 requests. */
const curvePercentiles = [
  10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999,
];

class LaneTally {
  readonly lane: LaneFacts;
  readonly byOutcome = new Map<Outcome, number>();
  readonly late = new Durations();
  readonly wait = new Durations();
  readonly latency = new Durations();
  readonly ways = new Ways();
  openings = 0;

  constructor(lane: LaneFacts) {
    this.lane = lane;
  }

  count(wanted: (outcome: Outcome) => boolean): number {
    return [...this.byOutcome].reduce((sum, [outcome, number]) => sum + (wanted(outcome) ? number : 0), 0);
  }
}

/** Counts every attempt once: planned = rows, sent = rows that are not unsent, sent = ok + failed + unanswered. */
export function trafficByLane(facts: RunFacts): Fold<TrafficByLane> {
  return new TrafficFold(facts);
}

class TrafficFold implements Fold<TrafficByLane> {
  readonly #lanes: ReadonlyMap<string, LaneTally>;
  readonly #latency = new Durations();
  readonly #path: PathFailures;
  readonly #hasControl: boolean;
  #strangers = 0;
  #impossible = 0;

  constructor(facts: RunFacts) {
    this.#lanes = new Map(facts.lanes.map((lane) => [lane.name, new LaneTally(lane)]));
    this.#path = new PathFailures(facts);
    this.#hasControl = facts.lanes.some(isControl);
  }

  batch(batch: AttemptBatch): void {
    const { intendedUs, readyUs, sentUs, endUs, connectionUse } = batch;
    for (let row = 0; row < batch.length; row++) {
      if (this.#hasControl) this.#path.see(batch, row);
      const tally = this.#lanes.get(batch.lane.at(row) as string);
      const outcome = batch.outcome.at(row) as Outcome;
      if (tally === undefined || !outcomes.includes(outcome)) {
        this.#strangers++;
        continue;
      }
      const ready = readyUs[row] as number;
      const sent = sentUs[row] as number;
      const end = endUs[row] as number;
      if (outcome === 'ok' && !(sent >= ready && end >= sent)) this.#impossible++;
      tally.byOutcome.set(outcome, (tally.byOutcome.get(outcome) ?? 0) + 1);
      tally.late.add(ready - (intendedUs[row] as number));
      if (outcome === 'unsent') continue;
      if (connectionUse[row] === 1) tally.openings++;
      tally.ways.add(batch, row);
      // Waiting for the resolver is no waiting for a connection.
      const resolve = batch.resolveUs[row] as number;
      if (!Number.isNaN(sent)) tally.wait.add(sent - ready - (resolve > 0 ? Math.min(resolve, sent - ready) : 0));
      if (outcome !== 'ok') continue;
      tally.latency.add(end - ready);
      if (isControl(tally.lane)) continue;
      this.#latency.add(end - ready);
    }
  }

  #laneTraffic(tally: LaneTally): LaneTrafficResult {
    const counted = laneTraffic(tally);
    if (!this.#hasControl || isControl(tally.lane)) return counted;
    return { ...counted, pathFailures: this.#path.sharedOf(tally.lane.name).length };
  }

  done(): { result: TrafficByLane } {
    const tallies = [...this.#lanes.values()];
    return {
      result: {
        traffic: tallies.map((tally) => this.#laneTraffic(tally)),
        percentiles: Object.fromEntries([
          ...tallies.map(({ lane, latency }) => [lane.name, curve(latency)]),
          ['all', curve(this.#latency)],
        ]),
        openings: new Map(tallies.map(({ lane, openings }) => [lane.name, openings])),
        contradictions: [
          ...(this.#strangers > 0
            ? [`${this.#strangers} attempts in the record are of no lane of this run, or end in no known way.`]
            : []),
          ...(this.#impossible > 0
            ? [`${this.#impossible} good answers in the record came before their requests were sent.`]
            : []),
          ...tallies.flatMap(miscounted),
        ],
      },
    };
  }
}

function laneTraffic(tally: LaneTally): LaneTrafficResult {
  const { lane, byOutcome, late, wait, latency, ways } = tally;
  const unsent = byOutcome.get('unsent') ?? 0;
  const planned = tally.count(() => true);
  return {
    lane: lane.name,
    ...(lane.role !== undefined && { role: lane.role }),
    engine: lane.engine,
    ...(lane.blindTo !== undefined && { blindTo: lane.blindTo }),
    connection: lane.connection,
    planned,
    sent: planned - unsent,
    unsent,
    ok: byOutcome.get('ok') ?? 0,
    failed: tally.count(isFailed),
    unanswered: byOutcome.get('unanswered') ?? 0,
    staleRace: byOutcome.get('stale-race') ?? 0,
    byOutcome: Object.fromEntries(byOutcome),
    lateMs: spread(late),
    waitMs: spread(wait),
    latencyMs: {
      ...spread(latency),
      p90: latency.percentileMs(90),
      p95: latency.percentileMs(95),
      p999: latency.percentileMs(99.9),
    },
    ...ways.result(),
  };
}

function curve(latency: Durations): Curve {
  if (latency.count === 0) return [];
  const told = curvePercentiles.filter((percentile) => latency.count * (1 - percentile / 100) >= 1);
  return [...told, 100].map((percentile) => [percentile, latency.percentileMs(percentile) as number]);
}

/** The engine counts too, apart from the record; where the two differ attempts were lost on the way, or kept twice. */
function miscounted(tally: LaneTally): string[] {
  const { counted } = tally.lane;
  if (counted === undefined) return [];
  const recorded = laneTraffic(tally);
  const names = ['planned', 'sent', 'unsent', 'ok', 'failed', 'unanswered'] as const;
  const differing = names.filter((name) => counted[name] !== recorded[name]);
  if (differing.length === 0) return [];
  const told = differing.map((name) => `${counted[name]} ${name}, the record has ${recorded[name]}`);
  return [`The engine of lane ${tally.lane.name} counted ${told.join('; ')}.`];
}
