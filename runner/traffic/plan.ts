import type { Lane } from './lane.ts';
import { seededRandom } from './random.ts';
import { Rate } from './rate.ts';

/** This thread's part of a lane: attempt i is thread i mod threads's, so that together they are the plan. */
export interface Share {
  thread: number;
  threads: number;
}

/** When the next attempt of a lane is due. */
export interface Plan {
  /** Its place in the lane's whole plan, from 0. */
  readonly index: number;
  /** Microseconds from the start; Infinity: none is due any more. */
  readonly dueUs: number;
  advance(): void;
}

type Planned = Pick<Lane, 'rate' | 'ramps' | 'arrivals' | 'requests'>;

/**
 * The open plan of a paced lane: what is due is due whether or not earlier attempts came back. `constant`: the n-th is
 * due when the rate's integral reaches n, the first at the start. `poisson`: when it reaches the sum of n + 1
 * exponential draws of mean 1 (an inhomogeneous Poisson process by time change; Çinlar, Introduction to Stochastic
 * Processes, 4.7). Every thread draws the whole sequence and keeps its own part, so the plan does not depend on threads.
 */
export function createPlan(lane: Planned & { rate: number }, random: () => number, share: Share): Plan {
  const rate = new Rate(lane.rate, lane.ramps);
  const limit = lane.requests ?? Number.POSITIVE_INFINITY;
  const exponential = () => -Math.log(1 - random());
  let reached = lane.arrivals === 'poisson' ? exponential() : 0;
  let index = 0;
  let dueUs = 0;
  const step = () => {
    index++;
    reached = lane.arrivals === 'poisson' ? reached + exponential() : index;
  };
  const settle = () => {
    dueUs = index < limit ? rate.dueUs(reached) : Number.POSITIVE_INFINITY;
  };
  for (let i = 0; i < share.thread; i++) step();
  settle();
  return {
    get index() {
      return index;
    },
    get dueUs() {
      return dueUs;
    },
    advance() {
      for (let i = 0; i < share.threads; i++) step();
      settle();
    },
  };
}

/** Of lane number `laneIndex` of a scenario, with the randomness that belongs to it. */
export function planOfLane(lane: Planned & { rate: number }, seed: number, laneIndex: number, share: Share): Plan {
  return createPlan(lane, seededRandom(seed, laneIndex, 1), share);
}

/** The highest rate that a lane's plan reaches, in requests a second; null for `unpaced`. */
export function peakRate(lane: Pick<Lane, 'rate' | 'ramps'>): number | null {
  if (lane.rate === 'unpaced') return null;
  return Math.max(lane.rate, ...lane.ramps.map((ramp) => ramp.to));
}
