import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { seededRandom } from '../../traffic/random.ts';
import type { Interval } from './signed-rank.ts';

/** Of the bounds of 99 % there are then some twenty on either side. */
const resamples = 4_000;
/** With fewer samples the spread of resamples says little of the spread itself. */
const fewest = 8;
/** Of all numbers that are drawn from one seed, these. */
const stream = 0xb007;

/**
 * Bounds of what is computed from all samples together, such as the ratio of two sums: it is computed again of as many
 * samples drawn with replacement, many times (Efron 1979), and the bounds are quantiles of those, wider by as much as
 * Student's t is wider than the normal distribution (the expanded percentile interval of Hesterberg, What Teachers
 * Should Know about the Bootstrap, 2015). `statistics` gets how often each sample was drawn and returns several values,
 * each of which gets its interval. Always the same for a seed. An interval is null with fewer than 8 samples, and where
 * its value cannot be computed (NaN, or infinite) of some draw.
 */
export function bootstrapIntervals(
  samples: number,
  statistics: (times: Uint16Array) => readonly number[],
  { confidence, seed }: { confidence: number; seed: number },
): (Interval | null)[] {
  const times = new Uint16Array(samples).fill(1);
  const estimates = statistics(times);
  if (samples < fewest) return estimates.map(() => null);
  const random = seededRandom(seed, stream);
  const drawn = estimates.map(() => new Float64Array(resamples));
  for (let i = 0; i < resamples; i++) {
    times.fill(0);
    for (let draw = 0; draw < samples; draw++) {
      const at = Math.floor(random() * samples);
      times[at] = (times[at] as number) + 1;
    }
    const values = statistics(times);
    drawn.forEach((column, index) => {
      column[i] = values[index] ?? Number.NaN;
    });
  }
  const tail = expandedTail(samples, (1 - confidence) / 2);
  return estimates.map((estimate, index) => bounds(estimate, drawn[index] as Float64Array, tail));
}

function bounds(estimate: number, drawn: Float64Array, tail: number): Interval | null {
  if (!Number.isFinite(estimate) || !drawn.every(Number.isFinite)) return null;
  drawn.sort();
  const at = Math.max(0, Math.floor(tail * drawn.length) - 1);
  return { estimate, low: drawn[at] as number, high: drawn[drawn.length - 1 - at] as number };
}

/** How much of either end is left out. */
function expandedTail(samples: number, tail: number): number {
  return normalCdf(Math.sqrt(samples / (samples - 1)) * tQuantile(tail, samples - 1), 0, 1);
}
