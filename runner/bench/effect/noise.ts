import type { MeasureName } from '../../../record/effect.ts';
import { measureNames } from '../../../record/effect-names.ts';
import { logRatio } from './intervals.ts';
import { median } from './signed-rank.ts';
import { type Totals, valuesOf } from './totals.ts';

/** Of a normal distribution: its standard deviation, where this is the median of what lies off its middle. */
const normalMedian = 0.6745;

/**
 * How far two blocks of the same target lie apart, as a share (the standard deviation of the difference of their
 * logarithms, by its median, which rare ones do not move): nothing but noise, and what a comparison has to see through.
 * `blocks`: pairs of the same target, near each other in time. Measures that were not taken are left out.
 */
export function noiseOf(blocks: readonly (readonly [Totals, Totals])[]): Partial<Record<MeasureName, number>> {
  const values = blocks.map(([one, other]) => [valuesOf(one), valuesOf(other)] as const);
  const noise: Partial<Record<MeasureName, number>> = {};
  for (const name of measureNames) {
    const apart = values
      .map(([one, other]) => Math.abs(logRatio(one[name], other[name])))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    if (apart.length > 0) noise[name] = Math.expm1(median(apart) / normalMedian);
  }
  return noise;
}
