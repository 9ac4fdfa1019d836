import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';

/**
 * How likely it is, if each of `number` independent choices goes one way with chance `share`, that so few or so many do as
 * `chosen`: exact, both tails, as twice the smaller one (Clopper and Pearson's intervals are made of it). From 0 to 1.
 *
 * @throws RangeError where the numbers make no sense
 */
export function binomialTest(chosen: number, number: number, share: number): number {
  const makeSense = Number.isInteger(chosen) && Number.isInteger(number) && chosen >= 0 && chosen <= number;
  if (!makeSense || !(share >= 0 && share <= 1))
    throw new RangeError(`binomialTest(${chosen}, ${number}, ${share}): expected 0 to number, and a share from 0 to 1`);
  const atMost = binomialCdf(chosen, number, share);
  // The upper tail as the lower one of those that went the other way: a difference to 1 would lose its digits.
  const atLeast = binomialCdf(number - chosen, number, 1 - share);
  return Math.min(1, 2 * Math.min(atMost, atLeast));
}
