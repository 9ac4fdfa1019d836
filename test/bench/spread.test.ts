import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../record/temporary-folder.ts';
import { writeSection } from './document.ts';
import { evennessOf, median, medianInterval } from './spread.ts';
import { claim } from './table.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1).toReversed();

test.each([
  [[3], 3],
  [[5, 1], 3],
  [[9, 1, 2], 2],
  [[5, 4, 1, 2, 3], 3],
  [[], Number.NaN],
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected);
});

test.each([
  [1, { low: 1, high: 1, coverage: 0 }],
  [3, { low: 1, high: 3, coverage: 0.75 }],
  [5, { low: 1, high: 5, coverage: 0.9375 }],
  [10, { low: 2, high: 9, coverage: 1 - 22 / 1024 }],
  [20, { low: 6, high: 15, coverage: 1 - (2 * 21_700) / 2 ** 20 }],
])('of %i rounds the k-th smallest to the k-th largest hold the median', (rounds, expected) => {
  const { low, high, coverage } = medianInterval(upTo(rounds));
  expect({ low, high }).toEqual({ low: expected.low, high: expected.high });
  expect(coverage).toBeCloseTo(expected.coverage, 12);
});

test('an even plan has no spread, one that is late now and then has', () => {
  const even = Array.from({ length: 1000 }, (_, i) => i * 200);
  expect(evennessOf(even, 5000)).toEqual({ count: 1000, lateP99Ms: 0, gapVariation: 0 });
  const late = even.map((us, i) => (i % 20 === 0 ? us + 150 : us));
  expect(evennessOf(late, 5000).lateP99Ms).toBe(0.15);
  expect(evennessOf(late, 5000).gapVariation).toBeGreaterThan(0.1);
});

test('a claim is held by all of its interval, by its median alone, or not', () => {
  const least = (seen: number[]) => claim('x', seen, { least: 1 });
  expect(least([1, 2, 3])).toMatch(/: held$/);
  expect(least([0.5, 2, 3])).toMatch(/by the median alone$/);
  expect(least([0.5, 0.6, 3])).toMatch(/not held$/);
  expect(claim('x', [4], { most: 3 }, ' ms')).toBe('- x: 4.00 ms; at most 3 ms is wanted: not held');
});

test('a table takes the place between its markers, and nothing else', () => {
  const file = join(temporaryFolder(), 'page.md');
  writeFileSync(file, 'a\n<!-- cpu: written by npm run bench -->\nold\n<!-- end of cpu -->\nz\n');
  writeSection(file, 'cpu', 'new');
  expect(readFileSync(file, 'utf8')).toBe('a\n<!-- cpu: written by npm run bench -->\nnew\n<!-- end of cpu -->\nz\n');
  expect(() => writeSection(file, 'start', 'new')).toThrow('has no place for start');
});
