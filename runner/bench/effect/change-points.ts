import { seededRandom } from '../../traffic/random.ts';

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
 * Where the values went over to another level: the split at which the ranks before and behind it differ most (the CUSUM of
 * ranks, as in Pettitt 1979), if a permutation of the values hardly ever has so clear a one; and then the same on either
 * side of it (binary segmentation, Vostrikova 1981). Ranks take no notice of how far off a single odd run is. It takes
 * eleven values for a change to be clear enough. Always the same for the same values.
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  return within(values, 0);
}

function within(values: readonly number[], offset: number): ChangePoint[] {
  const found = clearest(ranksOf(values));
  if (found === null) return [];
  const chance = chanceOf(ranksOf(values), found.height);
  if (chance > mostChance) return [];
  const { at } = found;
  return [
    ...within(values.slice(0, at), offset),
    { at: offset + at, chance },
    ...within(values.slice(at), offset + at),
  ];
}

/** How far the mean ranks before and behind each split are apart, in units of what chance would do. */
function clearest(ranks: readonly number[]): { at: number; height: number } | null {
  const n = ranks.length;
  const mean = (n + 1) / 2;
  let best: { at: number; height: number } | null = null;
  let sum = 0;
  for (let at = 1; at <= n - shortest; at++) {
    sum += (ranks[at - 1] as number) - mean;
    if (at < shortest) continue;
    const height = Math.abs(sum) / Math.sqrt((at * (n - at)) / n);
    if (best === null || height > best.height) best = { at, height };
  }
  return best;
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
    if ((clearest(shuffled)?.height ?? 0) >= height - 1e-9) as++;
  }
  return (as + 1) / (permutations + 1);
}

/** From 1; equal values share the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
