import type { BlindSpot, EngineName, LaneFacts } from '../../record/facts.ts';
import type { Lane } from '../traffic/lane.ts';
import type { Traffic, TrafficOptions } from '../traffic/traffic.ts';

/** Who sends a lane's requests. */
export interface Engine {
  readonly name: EngineName;
  /** What it does not see of this lane's requests; empty where every loss shows in the record. */
  blindTo(lane: Lane): readonly BlindSpot[];
  /** When its requests come, where that is not as the lane's plan says. */
  arrivals?(lane: Lane): LaneFacts['arrivals'];
  /**
   * Ready to start the lanes of `options`, which are all its own. The attempts' file is there: it appends to it, with an
   * AttemptWriter as everybody else does, and neither makes nor ends it. Rejects with a HitlessError where a lane or its
   * route cannot be used, or what the engine needs is missing; nothing of it is left running then.
   */
  prepare(options: TrafficOptions): Promise<Traffic>;
}

/** Numbers of connections are unique in a run, over all of its engines. */
export const firstConnectionOf: Readonly<Record<EngineName, number>> = { builtin: 1, autocannon: 1e9, k6: 2e9 };
