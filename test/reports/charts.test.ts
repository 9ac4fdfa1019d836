import { describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { bandsOf } from '../../reports/charts/bands.ts';
import { reportCharts } from '../../reports/charts/chart.ts';
import { colorOf, lookOf, versionsOf } from '../../reports/charts/look.ts';
import { fixtures } from './fixtures.ts';

const look = lookOf({ dark: false });

test('outages that overlap are one stretch, with the length of the longest and that word where it is longer; total ones are kept apart', () => {
  const outage = (kind: 'total' | 'partial', fromMs: number, toMs: number | null, ms: number) => ({
    kind,
    lane: 'visitors',
    fromMs,
    toMs,
    ms,
    failures: 1,
    cause: null,
  });
  const outages = [
    outage('total', 9000, null, 900),
    outage('partial', 1000, 3000, 1900),
    outage('total', 1500, 1600, 90),
    outage('partial', 2900, 3500, 400),
    outage('total', 5000, 5100, 80),
  ];
  const bands = bandsOf({ ...fixtures.healthy(), durationMs: 10_000, outages }, look);
  const short = ({ from, to, label }: { from: number; to: number; label: string }) => [from, to, label];
  expect(bands.outages.map(short)).toEqual([
    [1, 3.5, 'longest 1.90 s'],
    [5, 5.1, '80 ms'],
    [9, 10, '900 ms'],
  ]);
  expect(bands.total.map(short)).toEqual([
    [1.5, 1.6, '90 ms'],
    [5, 5.1, '80 ms'],
    [9, 10, '900 ms'],
  ]);
});

describe('requests a second', () => {
  const sentIn = (counts: number[], durationMs: number, toMs: number): Result => {
    const { series, ...healthy } = fixtures.healthy();
    const zeros = counts.map(() => 0);
    return {
      ...healthy,
      durationMs,
      steps: [{ name: 'hold', verb: 'hold', fromMs: 0, toMs, verdict: 'pass' }],
      series: { ...series, stepMs: 100, fromMs: 0, byVersion: { v1: counts }, failed: zeros },
    };
  };
  const drawn = (result: Result) => {
    const chart = reportCharts.find(({ id }) => id === 'timeline');
    const [answers] = chart?.config(result, look).data.datasets ?? [];
    return ((answers?.data ?? []) as { x: number; y: number | null }[]).map(({ x, y }) => [
      Number(x.toFixed(3)),
      y === null ? null : Math.round(y),
    ]);
  };

  test('do not go up and down where a lane sends two and three in turn', () => {
    const counts = [2, 3, 2, 3, 2, 3, 2, 3];
    expect(drawn(sentIn(counts, 800, 800))).toEqual([
      [0.1, 25],
      [0.3, 25],
      [0.5, 25],
      [0.7, 25],
    ]);
  });

  test('go up and down where the load does', () => {
    const counts = [20, 20, 2, 2, 20, 20, 2, 2, 11];
    expect(drawn(sentIn(counts, 900, 900)).map(([, y]) => y)).toEqual(counts.map((count) => count * 10));
  });

  test('do not fall in the interval in which traffic ended, unless one failed in it', () => {
    expect(drawn(sentIn([10, 10, 10, 6], 380, 360)).map(([, y]) => y)).toEqual([100, 100, 100]);
    expect(drawn(sentIn([10, 10, 6, 0, 0], 500, 260)).map(([, y]) => y)).toEqual([100, 100]);
    const failing = sentIn([10, 10, 6], 300, 260);
    failing.series.failed = [0, 0, 1];
    expect(drawn(failing).map(([, y]) => y)).toEqual([100, 100, 60]);
  });

  test('fall where requests stop before the end', () => {
    expect(drawn(sentIn([10, 10, 0, 0, 10], 500, 500)).map(([, y]) => y)).toEqual([100, 100, null, null, 100]);
    expect(drawn(sentIn([10, 10, 3, 0], 400, 400)).map(([, y]) => y)).toEqual([100, 100, 30]);
  });
});

test('lines are told apart by colour and dash, in light and dark, also from the sum of all', () => {
  for (const dark of [false, true]) {
    const { lines, text, unknown } = lookOf({ dark });
    const lanes = [...lines.map((_, index) => `lane-${index}`), 'all'];
    const percentiles = Object.fromEntries(lanes.map((lane) => [lane, [[50, 1]] as [number, number][]]));
    const chart = reportCharts.find(({ id }) => id === 'percentiles');
    const config = chart?.config({ ...fixtures.healthy(), percentiles }, lookOf({ dark }));
    const drawn = (config?.data.datasets ?? []) as { borderColor: string; borderDash: number[] }[];
    const colors = drawn.map(({ borderColor }) => borderColor);
    expect(colors.at(-1)).toBe(text);
    for (const [index, color] of colors.entries())
      for (const other of [...colors.slice(0, index), unknown]) expect(apart(color, other)).toBeGreaterThan(100);
    expect(drawn.at(-1)?.borderDash).toEqual([]);
    expect(drawn.slice(0, 3).map(({ borderDash }) => borderDash.length)).toEqual([0, 2, 2]);
  }
});

/** How far two colours lie apart, by the low-cost approximation of T. Riemersma (compuphase.com/cmetric.htm). */
function apart(one: string, other: string): number {
  const parts = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const [[r1 = 0, g1 = 0, b1 = 0], [r2 = 0, g2 = 0, b2 = 0]] = [parts(one), parts(other)];
  const red = (r1 + r2) / 2;
  return Math.sqrt((2 + red / 256) * (r1 - r2) ** 2 + 4 * (g1 - g2) ** 2 + (2 + (255 - red) / 256) * (b1 - b2) ** 2);
}

test('a single failure among thousands is drawn, and no failure is not', () => {
  const result = fixtures.healthy();
  result.series.failed[17] = 1;
  const chart = reportCharts.find(({ id }) => id === 'timeline');
  const failed = chart?.config(result, look).data.datasets.at(-1) as {
    data: { y: number | null }[];
    minBarLength: number;
  };
  expect(failed.data.flatMap(({ y }, index) => (y === null ? [] : [[index, y]]))).toEqual([[17, 4]]);
  expect(failed.minBarLength).toBeGreaterThan(2);
});

test('versions are told apart in the order in which they answered, whatever the order of their names', () => {
  const result = fixtures.healthy();
  const { byVersion } = result.series;
  const turned = {
    ...result,
    series: {
      ...result.series,
      byVersion: { 'v0.0.2': byVersion['v0.0.2'] ?? [], 'v0.0.1': byVersion['v0.0.1'] ?? [] },
    },
  };
  expect(versionsOf(turned)).toEqual(['v0.0.1', 'v0.0.2']);
  expect(colorOf('v0.0.1', versionsOf(turned), look)).toBe(colorOf('v0.0.1', versionsOf(result), look));
  expect(colorOf('never heard of', versionsOf(result), look)).toBe(look.unknown);
});

test.each(Object.entries(fixtures))('%s: what a chart shows is also said in words', (_name, make) => {
  const result = make();
  for (const chart of reportCharts) expect(chart.tell(result).length).toBeGreaterThan(10);
});
