import type { BlockTotals } from './blocks.ts';
import { sumOf } from './totals.ts';

/** How long blocks and the rests between them are. */
export interface Pace {
  blockUs: number;
  restUs: number;
}

/**
 * Short blocks are near each other, so that the machine is the same for both targets; but what happens at their ends must
 * not weigh.
 */
const shortestBlockUs = 200_000;
/** Many servers close a connection that was idle for 5 s, and a target may have to wait for two blocks of the other. */
const longestBlockUs = 1_500_000;
/** What each connection gets done in a block, if there is time. */
const leastTimes = 20;
/** Two blocks of a target then tell a p99. */
const leastAnswers = 60;
const shortestRestUs = 20_000;
/** Groups of four that intervals of 99 % are narrow with; with fewer than the least there are none. */
const wantedGroups = 30;
export const leastGroups = 8;

/** For warming up, when nothing is known yet. */
export const firstPace: Pace = { blockUs: 250_000, restUs: shortestRestUs };

/** By what the warm-up saw of both targets; `us`: the time there is. */
export function paceOf(seen: readonly BlockTotals[], us: number): Pace {
  const { latencies, ok, seconds } = sumOf(seen.map((each) => ({ ...each, cpuUs: null })));
  const [p50 = null, p99 = null] = latencies.quantiles([0.5, 0.99]);
  const rate = seconds > 0 ? ok / seconds : 0;
  const wantedUs = Math.max(shortestBlockUs, leastTimes * (p50 ?? 0), rate > 0 ? (leastAnswers / rate) * 1e6 : 0);
  const longestUs = Math.min(longestBlockUs, us / (4 * wantedGroups));
  const blockUs = Math.max(shortestBlockUs / 4, Math.min(wantedUs, longestUs));
  // What is under way has ended before the other's turn, but for the slowest.
  const restUs = Math.max(shortestRestUs, Math.min(1.5 * (p99 ?? p50 ?? 0), blockUs / 4));
  return { blockUs: Math.round(blockUs), restUs: Math.round(restUs) };
}

/** How many groups of four fit. */
export function groupsIn(us: number, { blockUs, restUs }: Pace): number {
  return Math.floor(us / (4 * (blockUs + restUs)));
}
