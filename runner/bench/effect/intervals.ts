import type { Change, MeasureName } from '../../../record/effect.ts';
import { measureNames } from '../../../record/effect-names.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import { type Interval, signedRankInterval } from './signed-rank.ts';
import { Pool, sumOf, type Totals, valuesOf } from './totals.ts';

/** What was done to both targets directly after one another. */
export interface Pair {
  baseline: Totals;
  candidate: Totals;
}

export interface MeasuredChange {
  name: MeasureName;
  baseline: number | null;
  candidate: number | null;
  typical: Change | null;
  overall: Change | null;
  samples: number;
}

/** A measure that is missing in more of the pairs than this is not told of a typical one. */
const missingAtMost = 0.1;

/**
 * How the candidate differs from the baseline, for each measure, as two changes: of a typical pair (Hodges and Lehmann's
 * median of the differences of logarithms), which neither the machine's stalls move nor the target's own rare ones; and
 * of all together (ratio of totals, bootstrapped by pair), which both move. A rare stall of the candidate is in the
 * second alone, and what a noisy machine hides in the second may show in the first.
 */
export function changesOf(
  pairs: readonly Pair[],
  { confidence, seed }: { confidence: number; seed: number },
): MeasuredChange[] {
  const baselines = pairs.map(({ baseline }) => baseline);
  const candidates = pairs.map(({ candidate }) => candidate);
  const [before, after] = [new Pool(baselines), new Pool(candidates)];
  const overall = bootstrapIntervals(
    pairs.length,
    (times) => {
      const [b, c] = [before.values(times), after.values(times)];
      return measureNames.map((name) => logRatio(c[name], b[name]));
    },
    { confidence, seed },
  );
  const eachPair = pairs.map(({ baseline, candidate }) => [valuesOf(baseline), valuesOf(candidate)] as const);
  const [b, c] = [valuesOf(sumOf(baselines)), valuesOf(sumOf(candidates))];
  return measureNames.map((name, index) => {
    const differences = eachPair.map(([one, other]) => logRatio(other[name], one[name])).filter(Number.isFinite);
    const told = pairs.length - differences.length <= missingAtMost * pairs.length;
    return {
      name,
      baseline: b[name],
      candidate: c[name],
      typical: asChange(told ? signedRankInterval(differences, confidence) : null),
      overall: asChange(overall[index] ?? null),
      samples: differences.length,
    };
  });
}

/** NaN or infinite where there is none. */
export function logRatio(candidate: number | null, baseline: number | null): number {
  return candidate === null || baseline === null ? Number.NaN : Math.log(candidate / baseline);
}

/** A difference of logarithms as the share by which something changed. */
export function asChange(interval: Interval | null): Change | null {
  if (interval === null) return null;
  const { estimate, low, high } = interval;
  return { estimate: Math.expm1(estimate), low: Math.expm1(low), high: Math.expm1(high) };
}
