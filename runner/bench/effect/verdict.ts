import type { Change, EffectMeasure, EffectVerdict } from '../../../record/effect.ts';

type Judged = Pick<EffectMeasure, 'name' | 'typical' | 'overall'>;

/** Which way is worse, and how far a change may go that is none. */
export function measureVerdict(measure: Judged, tolerance: number): EffectVerdict {
  const changes = [measure.typical, measure.overall].filter((change) => change !== null);
  if (changes.length === 0) return 'cannot tell';
  const sides = changes.map((change) => sideOf(asCost(measure.name, change), tolerance));
  if (sides.includes('worse')) return 'worse';
  // The one must not be judged by half of what there is to see: rare stalls are in `overall` alone.
  if (changes.length < 2) return 'cannot tell';
  if (sides.includes('better'))
    return sides.every((side) => side === 'better' || side === 'same' || side === 'not worse')
      ? 'better'
      : 'cannot tell';
  return sides.every((side) => side === 'same') ? 'same' : 'cannot tell';
}

/** Nothing of it lies beyond the tolerance on the bad side: it does not stand in the way of what others say. */
export function isNotWorse({ name, typical, overall }: Judged, tolerance: number): boolean {
  return [typical, overall].every((change) => change !== null && asCost(name, change).high <= tolerance);
}

type Side = 'worse' | 'better' | 'same' | 'not worse' | 'unknown';

function sideOf({ low, high }: Omit<Change, 'estimate'>, tolerance: number): Side {
  if (low > tolerance) return 'worse';
  // As much faster as the tolerance is slower: a ratio of 1.02 the other way around.
  const better = 1 / (1 + tolerance) - 1;
  if (high < better) return 'better';
  if (high <= tolerance) return low >= better ? 'same' : 'not worse';
  return 'unknown';
}

/** More of everything is worse, but of the rate. */
function asCost(name: EffectMeasure['name'], { low, high }: Change): Omit<Change, 'estimate'> {
  return name === 'rate' ? { low: 1 / (1 + high) - 1, high: 1 / (1 + low) - 1 } : { low, high };
}

/**
 * Of all that decides: worse where one is; better where one is and no other may be worse; the same where all are; else
 * it cannot be told. Failures count as one of them.
 */
export function effectVerdict(
  measures: readonly EffectMeasure[],
  failures: EffectVerdict,
  tolerance: number,
): EffectVerdict {
  const deciding = measures.filter(({ decides }) => decides);
  const verdicts = [failures, ...deciding.map(({ verdict }) => verdict)];
  if (verdicts.includes('worse')) return 'worse';
  if (failures === 'cannot tell' || deciding.length === 0) return 'cannot tell';
  if (verdicts.includes('better'))
    return deciding.every((measure) => isNotWorse(measure, tolerance)) ? 'better' : 'cannot tell';
  return verdicts.every((verdict) => verdict === 'same') ? 'same' : 'cannot tell';
}
