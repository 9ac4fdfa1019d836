import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

/** Bounds of something with the confidence that was asked for, around the estimate. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/** Above it the exact distribution and the normal one give the same bounds. */
const mostExact = 200;

/**
 * Where differences lie: the median of their pairwise means (Hodges & Lehmann 1963), bounded by the signed-rank test turned
 * around (Hollander & Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3). It asks of the differences that they be
 * independent and symmetric, and of a few wild ones it takes no notice. null where there are too few for the confidence
 * (8 for 99 %).
 */
export function signedRankInterval(differences: readonly number[], confidence: number): Interval | null {
  const n = differences.length;
  const means: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) means.push(((differences[i] as number) + (differences[j] as number)) / 2);
  means.sort((a, b) => a - b);
  const left = leftOut(n, (1 - confidence) / 2);
  if (left < 1) return null;
  return {
    estimate: median(means),
    low: means[left - 1] as number,
    high: means[means.length - left] as number,
  };
}

/** Of the sorted values. */
export function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

/** Which of the pairwise means, counted from the end, is the bound: the most for which P(V < left) is at most `tail`. */
function leftOut(n: number, tail: number): number {
  if (n > mostExact) {
    const mean = (n * (n + 1)) / 4;
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    let left = Math.floor(mean);
    while (left > 0 && normalCdf(left - 0.5, mean, deviation) > tail) left--;
    return left;
  }
  const chances = rankSums(n);
  let left = 0;
  for (let below = chances[0] ?? 1; below <= tail; below += chances[left] ?? 1) left++;
  return left;
}

/** P(V = v) of the signed-rank statistic: each of the ranks 1 to n is in the sum or not, with equal chance. */
function rankSums(n: number): number[] {
  let chances = [1];
  for (let rank = 1; rank <= n; rank++) {
    const next = new Array<number>(chances.length + rank).fill(0);
    chances.forEach((chance, sum) => {
      next[sum] = (next[sum] as number) + chance / 2;
      next[sum + rank] = (next[sum + rank] as number) + chance / 2;
    });
    chances = next;
  }
  return chances;
}
