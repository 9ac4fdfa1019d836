import type { Group } from '../../../runner/bench/effect/effect.ts';
import { LatencyCounts } from '../../../runner/bench/effect/latency-counts.ts';
import type { Totals } from '../../../runner/bench/effect/totals.ts';
import { normals } from './normals.ts';

/** Two targets as a comparison would see them, with a difference that is known. */
export interface Simulated {
  groups?: number;
  /** A request of the candidate takes so much more, of processor and of time: 0.05 is five per cent. */
  slower?: number;
  /** Deviation of the logarithm from block to block. */
  noise?: number;
  /** How much slower the machine gets from the first block to the last. */
  drift?: number;
  /** One block in so many takes five times as long, whoever has it: somebody else's work. */
  stallEvery?: number;
  /** One block of the candidate in so many takes twice as long: its own doing. */
  ownStallEvery?: number;
  /** Whether the CPU time is known. */
  cpu?: boolean;
  /** Failed requests of the candidate, in each block. */
  fails?: (block: number) => number;
  seed: number;
}

const requestsEach = 500;
const usEach = 500;

export function simulatedGroups(how: Simulated): Group[] {
  const { groups = 60, slower = 0, noise = 0.02, drift = 0, cpu = true, seed } = how;
  const blocks = 4 * groups;
  const [time, processor, chance] = [0, 1, 2].map((stream) => normals(blocks, 3 * seed + stream)) as [
    number[],
    number[],
    number[],
  ];
  const every = (value: number, n: number | undefined) =>
    n !== undefined && Math.floor(Math.abs(value) * 1e6) % n === 0;
  let own = 0;
  const block = (at: number, isCandidate: boolean): Totals => {
    const more = (isCandidate ? 1 + slower : 1) * (1 + (drift * at) / blocks);
    const stall = every(chance[at] as number, how.stallEvery) ? 5 : 1;
    const nth = isCandidate ? own++ : -1;
    const ownStall = isCandidate && how.ownStallEvery !== undefined && nth % how.ownStallEvery === 0 ? 2 : 1;
    const us = usEach * more * Math.exp(noise * (time[at] as number)) * ownStall;
    const failed = isCandidate ? (how.fails?.(nth) ?? 0) : 0;
    const latencies = new LatencyCounts();
    latencies.add(us);
    return {
      sent: requestsEach,
      ok: requestsEach - failed,
      failed,
      seconds: (requestsEach * us * stall) / 1e6,
      cpuUs: cpu ? requestsEach * usEach * more * Math.exp((noise / 2) * (processor[at] as number)) : null,
      latencies,
    };
  };
  return Array.from({ length: groups }, (_, group) => {
    const [first, second, third, fourth] = [0, 1, 2, 3].map((each) => 4 * group + each) as [
      number,
      number,
      number,
      number,
    ];
    return {
      candidate: [block(first, true), block(fourth, true)],
      baseline: [block(second, false), block(third, false)],
    };
  });
}
