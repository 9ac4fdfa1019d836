import { seededRandom } from '../../traffic/random.ts';

/** A: the candidate. B: the baseline. */
export type Subject = 'A' | 'B';

const stream = 0xabba;

/**
 * Which target each block goes to: groups of four, A B B A or B A A B. In either a drift that is even over the group
 * weighs as much on A as on B, and which of the two it is, the seed draws: what the machine does every so often cannot
 * fall on one of them alone.
 */
export function blockOrder(groups: number, seed: number): Subject[] {
  const random = seededRandom(seed, stream);
  return Array.from({ length: groups }, (): Subject[] =>
    random() < 0.5 ? ['A', 'B', 'B', 'A'] : ['B', 'A', 'A', 'B'],
  ).flat();
}
