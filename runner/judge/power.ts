import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import type { LaneFacts, RunFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import { blindLanes } from '../check/stretch.ts';
import type { TerminationLosses } from './termination-losses.ts';
import type { TrafficByLane } from './traffic-by-lane.ts';

const wantedProbability = 0.99;
const confidence = 0.95;

/**
 * What this run was able to see: the shortest total outage that it would have noticed with a probability of 0.99, and
 * the bound that its terminations set to the rate of terminations that lose requests.
 */
export function power(facts: RunFacts, traffic: TrafficByLane, { watched, clean }: TerminationLosses): Result['power'] {
  const durationMs = (facts.trafficToUs - facts.trafficFromUs) / 1000;
  const seen = probabilityBySize(facts, traffic, durationMs);
  // One that falls into a stretch in which nothing was sent is seen only where it outlasts that stretch.
  const blindMs = Math.max(0, ...blindLanes(facts, null).map(({ fromUs, toUs }) => (toUs - fromUs) / 1000));
  const shortestMs = durationMs > 0 && seen(durationMs) >= wantedProbability ? shortest(seen, durationMs) : null;
  const outageMs = shortestMs === null ? null : shortestMs + blindMs;
  return {
    outageMs,
    probability: shortestMs === null ? null : seen(shortestMs),
    cleanTerminations: clean,
    rateBound: watched === 0 ? null : upperBound(watched - clean, watched),
  };
}

/**
 * An outage is seen when a request falls into it. Only one that opens a connection meets what is not listening, so fresh
 * and session lanes count by their openings; where there are kept ones alone, by each request. With a constant plan
 * an outage of d ms meets one with min(1, d * rate); where they come in bursts, one each second, with min(1, d / 1000);
 * otherwise (Poisson arrivals, unpaced) with 1 - exp(-d * rate).
 */
function probabilityBySize(facts: RunFacts, { traffic, openings }: TrafficByLane, durationMs: number) {
  const opening = facts.lanes.filter(({ connection }) => connection !== 'kept');
  const lanes = opening.length > 0 ? opening : facts.lanes;
  const perMs = (lane: LaneFacts) => {
    const sent = traffic.find((one) => one.lane === lane.name)?.sent ?? 0;
    return (opening.length > 0 ? (openings.get(lane.name) ?? 0) : sent) / durationMs;
  };
  const missedBy = lanes.map((lane) => {
    if (lane.arrivals === 'bursts') return (ms: number) => Math.max(0, 1 - ms / 1000);
    const rate = perMs(lane);
    const even = lane.peakRate !== null && lane.arrivals !== 'poisson';
    return (ms: number) => (even ? Math.max(0, 1 - ms * rate) : Math.exp(-ms * rate));
  });
  return (ms: number) => 1 - missedBy.reduce((product, missed) => product * missed(ms), 1);
}

/** By bisection, rounded up to a tenth of a millisecond. */
function shortest(seen: (ms: number) => number, durationMs: number): number {
  let low = 0;
  let high = durationMs;
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (seen(middle) >= wantedProbability) high = middle;
    else low = middle;
  }
  return Math.ceil(high * 10) / 10;
}

/** Clopper and Pearson, one-sided: with none of n it is 1 - 0.05^(1/n), the rule of three. */
function upperBound(lossy: number, watched: number): number {
  return lossy === watched ? 1 : betaQuantile(confidence, lossy + 1, watched - lossy);
}
