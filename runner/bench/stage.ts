import type { BenchLoad } from '../../record/bench-result.ts';
import type { Route } from '../../targets/target.ts';
import type { Lane } from '../traffic/lane.ts';

export type TimedLoad = Exclude<BenchLoad, { model: 'scenario' }>;

/** A part of a bench with one load. */
export interface StagePlan {
  /** Unique in its bench; goes into file names and ids of requests. */
  name: string;
  load: TimedLoad;
  seconds: number;
}

/** What is measured: where requests go, and what they are. */
export interface Subject {
  route: Route;
  /** Its rate, connections and name are those of each stage. */
  lane: Lane;
}

export function closedStage(connections: number, seconds: number): StagePlan {
  return { name: `closed-${connections}`, load: { model: 'closed', connections }, seconds };
}

export function openStage(load: Omit<Extract<TimedLoad, { model: 'open' }>, 'model'>, seconds: number): StagePlan {
  return { name: `open-${load.rate}`, load: { model: 'open', ...load }, seconds };
}

/**
 * The lane that is a stage: kept connections and no more than these, so that what waits for one has waited for the server.
 * A closed loop sends when an answer is in; the lateness of an open one is told, and makes it blind never.
 */
export function laneOfStage({ lane }: Subject, stage: StagePlan, name: string, mostRequests: number): Lane {
  const { load } = stage;
  return {
    ...lane,
    name,
    connection: 'kept',
    rate: load.model === 'closed' ? 'unpaced' : load.rate,
    arrivals: load.model === 'closed' ? 'constant' : load.arrivals,
    ramps: [],
    requests: mostRequests,
    connections: load.connections,
    overflow: 0,
    life: { requests: null, ageUs: null },
    session: null,
    service: null,
    control: null,
    resolutionUs: Number.POSITIVE_INFINITY,
  };
}
