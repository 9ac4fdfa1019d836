import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';
import type { RunFacts } from '../../record/facts.ts';
import type { Baseline } from './baseline.ts';
import type { LaneTally } from './before-and-after.ts';
import { burstWindowsUs } from './new-failures.ts';
import { chanceOfBurst, chanceOfRise, largestBurst } from './rise.ts';
import { overlap, type Stretch, union } from './stretch.ts';
import { terminations } from './terminations.ts';

/** What chance does more seldom than that it did not do; each of four tests, so a wrong one in 2,500 runs. */
const seldom = 1e-4;

/**
 * Whether all that a lane lost may be bad answers of a service that gives one now and then, whatever is deployed, and that
 * its baseline was too short to meet: of one in a thousand nothing is seen in four of five baselines of 200 requests. They
 * come one by one, seldom, as answers with a bad status, and no more often than else while replicas end. What is more than
 * that is the change's doing. `percent`: the largest share of bad answers that may be ordinary; 0: none.
 */
export function mayBeOrdinary(tally: LaneTally, baseline: Baseline, facts: RunFacts, percent: number): boolean {
  const { sentBefore, sentAfter, before, after } = tally;
  const failed = after.length;
  if (percent === 0 || failed === 0 || sentBefore === 0 || before.length > 0) return false;
  if (after.some(({ outcome }) => outcome !== 'status')) return false;
  const times = after.map(({ sentUs }) => sentUs).toSorted((a, b) => a - b);
  const changed = { fromUs: baseline.toUs, toUs: facts.trafficToUs };
  const chances = [
    atLeast(failed, sentAfter, percent / 100),
    chanceOfRise({ before: { sent: sentBefore, failed: 0 }, after: { sent: sentAfter, failed } }),
    chanceOfBursts(times, changed),
    chanceOfTerminations(times, changed, facts),
  ];
  return chances.every((chance) => chance >= seldom);
}

function chanceOfBursts(times: readonly number[], { fromUs, toUs }: Stretch): number {
  const chances = burstWindowsUs.map((windowUs) =>
    chanceOfBurst(largestBurst(times, windowUs), times.length, windowUs, toUs - fromUs),
  );
  return burstWindowsUs.length * Math.min(...chances);
}

/** That so many fall into the time in which replicas were on their way out. */
function chanceOfTerminations(times: readonly number[], changed: Stretch, facts: RunFacts): number {
  const ending = union(terminations(facts).flatMap((one) => overlap(one, changed) ?? []));
  const within = times.filter((us) => ending.some(({ fromUs, toUs }) => us >= fromUs && us <= toUs)).length;
  const lengthUs = ending.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  return atLeast(within, times.length, Math.min(1, lengthUs / (changed.toUs - changed.fromUs)));
}

/** How likely `most` or more of `number` are, each with this chance. As the lower tail of the others: a difference to 1 would lose its digits. */
function atLeast(most: number, number: number, chance: number): number {
  return most === 0 ? 1 : binomialCdf(number - most, number, 1 - chance);
}
