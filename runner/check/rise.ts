import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';

/** Requests before the first change and after it, and how many of them failed. */
export interface BeforeAndAfter {
  before: { sent: number; failed: number };
  after: { sent: number; failed: number };
}

/**
 * How likely it is that so many of all failures, or more, came after the change, if a request fails with the same chance
 * before and after it: exact. Two Poisson counts given their sum are a binomial one (Przyborowski and Wilenski, 1940), so
 * nothing needs to be known of the chance itself. 1 where none came after; 0 < p <= 1.
 */
export function chanceOfRise({ before, after }: BeforeAndAfter): number {
  const failed = before.failed + after.failed;
  const share = after.sent / (before.sent + after.sent);
  if (after.failed === 0 || Number.isNaN(share)) return 1;
  // As the lower tail of those that came before: a difference to 1 would lose its digits.
  return binomialCdf(failed - after.failed, failed, 1 - share);
}

/**
 * How likely it is at the most that some window of `windowUs` holds `most` or more of `failed` failures, if each falls
 * anywhere within `lengthUs` with the same chance, whenever the others do: the sum over the windows that begin at a
 * failure (Bonferroni), so never too low.
 */
export function chanceOfBurst(most: number, failed: number, windowUs: number, lengthUs: number): number {
  if (most <= 1 || failed === 0) return 1;
  const share = Math.min(1, windowUs / lengthUs);
  const others = failed - 1;
  return Math.min(1, failed * binomialCdf(others - (most - 1), others, 1 - share));
}

/** The most failures of a window that begins at one; `times` are sorted. 0 without any. */
export function largestBurst(times: readonly number[], windowUs: number): number {
  let most = 0;
  for (let from = 0, to = 0; from < times.length; from++) {
    while (to < times.length && (times[to] as number) < (times[from] as number) + windowUs) to++;
    most = Math.max(most, to - from);
  }
  return most;
}

/** Of sorted times: how many lie further than a window behind the first one of those before them. */
export function burstsOf(times: readonly number[], windowUs: number): number {
  let bursts = 0;
  let beganUs = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < beganUs + windowUs) continue;
    beganUs = time;
    bursts++;
  }
  return bursts;
}
