import { seededRandom } from '../../../runner/traffic/random.ts';

/** Draws from the normal distribution of mean 0 and deviation 1 (Box and Muller 1958), always the same for a seed. */
export function normals(count: number, seed: number): number[] {
  const random = seededRandom(seed, 0x90a1);
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}
