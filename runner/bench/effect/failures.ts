import type { EffectVerdict } from '../../../record/effect.ts';
import { binomialTest } from '../../check/binomial.ts';
import type { Pair } from './intervals.ts';
import { sumOf, type Totals } from './totals.ts';

/** Of failed requests: as few as one in so many may be a chance of the machine, and do not keep two targets from being the same. */
const mayHappen = 1e-4;

/**
 * Whether the candidate fails more than the baseline, or less. Failures come in bursts (one reset of a process is one
 * event, however many requests it hits), so pairs are counted, not requests: in how many the candidate failed more and
 * in how many less; the sign test tells how likely that is by chance.
 */
export function compareFailures(
  pairs: readonly Pair[],
  confidence: number,
): { verdict: EffectVerdict; chance: number } {
  const differences = pairs.map(({ baseline, candidate }) => failedShare(candidate) - failedShare(baseline));
  const more = differences.filter((difference) => difference > 0).length;
  const less = differences.filter((difference) => difference < 0).length;
  const chance = more + less === 0 ? 1 : binomialTest(more, more + less, 0.5);
  const difference =
    failedShare(sumOf(pairs.map(({ candidate }) => candidate))) -
    failedShare(sumOf(pairs.map(({ baseline }) => baseline)));
  return { verdict: failureVerdict({ chance, isMore: more > less, difference }, confidence), chance };
}

/** `difference`: of the failed shares of all requests, the candidate's less the baseline's. */
export function failureVerdict(
  { chance, isMore, difference }: { chance: number; isMore: boolean; difference: number },
  confidence: number,
): EffectVerdict {
  if (chance < 1 - confidence) return isMore ? 'worse' : 'better';
  return difference > mayHappen ? 'cannot tell' : 'same';
}

function failedShare({ sent, failed }: Totals): number {
  return sent === 0 ? 0 : failed / sent;
}
