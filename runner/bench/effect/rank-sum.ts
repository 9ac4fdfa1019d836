import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { type Interval, median } from './signed-rank.ts';

/** Above it, as the product of both numbers, the exact distribution and the normal one give the same bounds. */
const mostExact = 2_500;

/**
 * By how much the second lies above the first, two sets of samples that are no pairs: the median of all differences
 * (Hodges and Lehmann), bounded by the rank-sum test turned around (Hollander & Wolfe, Nonparametric Statistical Methods,
 * 4.2 and 4.3). null where there are too few for the confidence (5 of each for 99 %).
 */
export function rankSumInterval(
  first: readonly number[],
  second: readonly number[],
  confidence: number,
): Interval | null {
  const differences = first.flatMap((one) => second.map((other) => other - one)).sort((a, b) => a - b);
  const below = cumulative(first.length, second.length);
  const tail = (1 - confidence) / 2;
  let left = 0;
  while (left < differences.length / 2 && below(left) <= tail) left++;
  if (left < 1) return null;
  return {
    estimate: median(differences),
    low: differences[left - 1] as number,
    high: differences[differences.length - left] as number,
  };
}

/** How likely it is that the second lies so far above or below the first, if both come from the same; ties count half. */
export function rankSumChance(first: readonly number[], second: readonly number[]): number {
  const pairs = first.length * second.length;
  if (pairs === 0) return 1;
  const above = first.flatMap((one) => second.map((other) => (other > one ? 1 : other === one ? 0.5 : 0)));
  const sum = above.reduce<number>((total, each) => total + each, 0);
  const below = cumulative(first.length, second.length);
  return Math.min(1, 2 * below(Math.ceil(Math.min(sum, pairs - sum))));
}

/** P(U <= u) of the number of pairs in which the second is the greater. */
function cumulative(m: number, n: number): (u: number) => number {
  if (m * n > mostExact) {
    const deviation = Math.sqrt((m * n * (m + n + 1)) / 12);
    return (u) => normalCdf(u + 0.5, (m * n) / 2, deviation);
  }
  const ways = waysOf(m, n);
  const all = ways.reduce((sum, each) => sum + each, 0);
  const chances: number[] = [];
  ways.reduce((sum, each, u) => {
    chances[u] = (sum + each) / all;
    return sum + each;
  }, 0);
  return (u) => chances[u] ?? 1;
}

/** In how many orders of m and n things u pairs are turned around (Mann & Whitney 1947: the partitions of u). */
function waysOf(m: number, n: number): number[] {
  let row: number[][] = Array.from({ length: n + 1 }, () => [1]);
  for (let i = 1; i <= m; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= n; j++) {
      // The greatest is of the one kind, and turned around with all j of the other, or it is of the other.
      const ways = new Array<number>(i * j + 1).fill(0);
      (row[j] as number[]).forEach((each, u) => {
        ways[u + j] = (ways[u + j] as number) + each;
      });
      (next[j - 1] as number[]).forEach((each, u) => {
        ways[u] = (ways[u] as number) + each;
      });
      next.push(ways);
    }
    row = next;
  }
  return row[n] as number[];
}
