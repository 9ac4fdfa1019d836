import { seededRandom } from '../../traffic/random.ts';
import { median } from './signed-rank.ts';

export interface ChangePoint {
  /** Index of the first value of the new level. */
  at: number;
  /** The probability of so clear a change, had nothing changed. */
  chance: number;
}

/** So likely is a change that is none, in values that are all alike. */
const mostChance = 0.005;
const permutations = 999;
/** One run or two may be odd; three in a row are a level. */
const shortest = 3;
const stream = 0xcba;

/**
 * Where the values went over to another level. There is a change if a permutation of the values hardly ever has a split at
 * which ranks before and behind it differ so much (the CUSUM of ranks, as in Pettitt 1979); it is where the values lie
 * nearest to the medians on either side; and then the same within both sides (binary segmentation, Vostrikova 1981). Ranks
 * and medians take no notice of how far off a single odd run is. It takes eleven values for a change to be clear enough.
 * Always the same for the same values.
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  return within(values, 0);
}

function within(values: readonly number[], offset: number): ChangePoint[] {
  const ranks = ranksOf(values);
  const height = clearest(ranks);
  if (height === null) return [];
  const chance = chanceOf(ranks, height);
  if (chance > mostChance) return [];
  const at = bestSplit(values);
  return [
    ...within(values.slice(0, at), offset),
    { at: offset + at, chance },
    ...within(values.slice(at), offset + at),
  ];
}

/** How far the mean ranks before and behind a split are apart at the most, in units of what chance would do. */
function clearest(ranks: readonly number[]): number | null {
  const n = ranks.length;
  const mean = (n + 1) / 2;
  let most: number | null = null;
  let sum = 0;
  for (let at = 1; at <= n - shortest; at++) {
    sum += (ranks[at - 1] as number) - mean;
    if (at < shortest) continue;
    const height = Math.abs(sum) / Math.sqrt((at * (n - at)) / n);
    if (most === null || height > most) most = height;
  }
  return most;
}

/** The split behind which the values are nearest to the medians of their sides. */
function bestSplit(values: readonly number[]): number {
  const off = (side: readonly number[]) => {
    const middle = median(side.toSorted((a, b) => a - b));
    return side.reduce((sum, value) => sum + Math.abs(value - middle), 0);
  };
  let best = { at: shortest, off: Number.POSITIVE_INFINITY };
  for (let at = shortest; at <= values.length - shortest; at++) {
    const sum = off(values.slice(0, at)) + off(values.slice(at));
    if (sum < best.off) best = { at, off: sum };
  }
  return best.at;
}

function chanceOf(ranks: readonly number[], height: number): number {
  const random = seededRandom(ranks.length, stream);
  const shuffled = [...ranks];
  let as = 0;
  for (let i = 0; i < permutations; i++) {
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] as number, shuffled[last] as number];
    }
    if ((clearest(shuffled) ?? 0) >= height - 1e-9) as++;
  }
  return (as + 1) / (permutations + 1);
}

/** From 1; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
