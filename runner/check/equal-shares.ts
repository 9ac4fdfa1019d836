import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';

/** Connections made while the same replicas could be chosen: how many went to each. */
export interface Stratum {
  counts: ReadonlyMap<string, number>;
}

export interface EqualSharesTest {
  /** The probability of counts at least as far from equal shares, the larger of two approximations. */
  p: number;
  chiSquare: number;
  degrees: number;
  observed: Map<string, number>;
  expected: Map<string, number>;
}

/** Cells with a smaller expected count are taken together (Cochran 1954). */
const leastExpected = 5;

/**
 * Were replicas chosen with equal chances, whatever the set to choose from was at the time? Within a stratum counts are
 * multinomial; over strata, observed minus expected is summed for each replica and weighed by the summed covariance, as
 * in the log-rank test (Peto 1972). Pearson's statistic cries too often where a cell is small and too full, the
 * likelihood ratio where one is small and too empty, so p is the larger of the two. null where there is nothing to
 * compare (no stratum with two replicas that were expected often enough) or p cannot be computed.
 */
export function testEqualShares(strata: readonly Stratum[]): EqualSharesTest | null {
  const all = strata.map(({ counts }) => new Map(counts)).filter((counts) => counts.size > 1);
  const observed = new Map<string, number>();
  const expected = new Map<string, number>();
  for (const counts of all) {
    const share = sum(counts.values()) / counts.size;
    for (const [replica, number] of counts) {
      observed.set(replica, (observed.get(replica) ?? 0) + number);
      expected.set(replica, (expected.get(replica) ?? 0) + share);
    }
  }
  const groups = grouped(expected);
  const cells = all.map((counts) => cellsOf(counts, groups));
  const size = new Set(groups.values()).size;
  const degrees = size - connectedParts(cells, size);
  if (degrees < 1) return null;

  const zero = new Float64Array(size);
  const { gradient, information } = derivatives(cells, zero);
  const chiSquare = dot(gradient, solve(information, gradient));
  const ratio = 2 * (greatestLogLikelihood(cells, size) - logLikelihood(cells, zero));
  const p = (statistic: number) => 1 - chisquareCdf(Math.max(0, statistic), degrees);
  const larger = Math.max(p(chiSquare), p(ratio));
  // NaN is below no alarm: it must not read as even shares.
  return Number.isNaN(larger) ? null : { p: larger, chiSquare, degrees, observed, expected };
}

/** One stratum by group: how many of its replicas belong to it, how many connections went to them. */
interface Cell {
  group: number;
  replicas: number;
  count: number;
}

/** A number for each replica; those that were expected too seldom share one, with the next larger one where they must. */
function grouped(expected: ReadonlyMap<string, number>): Map<string, number> {
  const groups = new Map<string, number>();
  let group = 0;
  let inGroup = 0;
  for (const [replica, number] of [...expected].sort((a, b) => a[1] - b[1])) {
    if (inGroup >= leastExpected) {
      group++;
      inGroup = 0;
    }
    groups.set(replica, group);
    inGroup += number;
  }
  if (inGroup < leastExpected && group > 0)
    for (const [replica, of] of groups) if (of === group) groups.set(replica, group - 1);
  return groups;
}

function cellsOf(counts: ReadonlyMap<string, number>, groups: ReadonlyMap<string, number>): Cell[] {
  const cells = new Map<number, Cell>();
  for (const [replica, number] of counts) {
    const group = groups.get(replica) as number;
    const cell = cells.get(group) ?? { group, replicas: 0, count: 0 };
    cell.replicas++;
    cell.count += number;
    cells.set(group, cell);
  }
  return [...cells.values()];
}

/** Groups that were never to be chosen from together, not even by way of others, cannot be compared. */
function connectedParts(strata: readonly Cell[][], size: number): number {
  const part = Array.from({ length: size }, (_, group) => group);
  for (const cells of strata) {
    if (sumCounts(cells) === 0) continue;
    const together = new Set(cells.map(({ group }) => part[group] as number));
    const one = Math.min(...together);
    for (let group = 0; group < size; group++) if (together.has(part[group] as number)) part[group] = one;
  }
  return new Set(part).size;
}

/**
 * The model: a group is chosen with odds of its replicas times e^weight; equal shares are weights of zero. Its
 * logarithm is concave in the weights.
 */
function logLikelihood(strata: readonly Cell[][], weights: Float64Array): number {
  let total = 0;
  for (const cells of strata) {
    let odds = 0;
    for (const { group, replicas } of cells) odds += replicas * Math.exp(weights[group] as number);
    for (const { group, count } of cells) total += count * (weights[group] as number);
    total -= sumCounts(cells) * Math.log(odds);
  }
  return total;
}

/** Its gradient (observed minus expected) and information matrix (the covariance of the counts). */
function derivatives(strata: readonly Cell[][], weights: Float64Array) {
  const gradient = new Float64Array(weights.length);
  const information = Array.from(weights, () => new Float64Array(weights.length));
  for (const cells of strata) {
    const number = sumCounts(cells);
    const odds = cells.map(({ group, replicas }) => replicas * Math.exp(weights[group] as number));
    const all = sum(odds);
    cells.forEach(({ group, count }, i) => {
      const share = (odds[i] as number) / all;
      const row = information[group] as Float64Array;
      gradient[group] = (gradient[group] as number) + count - number * share;
      row[group] = (row[group] as number) + number * share;
      cells.forEach((other, j) => {
        row[other.group] = (row[other.group] as number) - (number * share * (odds[j] as number)) / all;
      });
    });
  }
  return { gradient, information };
}

/**
 * By Newton's method with halved steps. Where a group was never chosen its best weight is minus infinity: any weight
 * that is reached gives a smaller value, so stopping early can only make an alarm rarer.
 */
function greatestLogLikelihood(strata: readonly Cell[][], size: number): number {
  let weights = new Float64Array(size);
  let best = logLikelihood(strata, weights);
  for (let round = 0; round < 100; round++) {
    const { gradient, information } = derivatives(strata, weights);
    const step = solve(information, gradient);
    let scale = 1;
    let next = best;
    let moved = weights;
    for (; scale > 1e-6; scale /= 2) {
      moved = weights.map((weight, i) => weight + scale * Math.max(-3, Math.min(3, step[i] as number)));
      next = logLikelihood(strata, moved);
      if (next > best) break;
    }
    if (!(next > best + 1e-9)) break;
    weights = moved;
    best = next;
  }
  return best;
}

/** By elimination; the matrix is singular along weights that all grow alike, which a trace of a diagonal mends. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const trace = sum(matrix.map((row, i) => row[i] as number));
  const rows = matrix.map((row, i) => {
    const copy = Float64Array.from([...row, right[i] as number]);
    copy[i] = (copy[i] as number) + 1e-9 * (trace + 1);
    return copy;
  });
  for (let column = 0; column < size; column++) {
    const pivot = rows[column] as Float64Array;
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[column] as number) / (pivot[column] as number);
      for (let i = column; i <= size; i++) row[i] = (row[i] as number) - factor * (pivot[i] as number);
    }
  }
  return Float64Array.from(rows, (row, i) => (row[size] as number) / (row[i] as number));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * (b[i] as number), 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function sumCounts(cells: readonly Cell[]): number {
  return cells.reduce((total, { count }) => total + count, 0);
}
