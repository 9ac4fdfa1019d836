import { expect, test } from 'vitest';
import { bandsOf } from '../../reports/charts/bands.ts';
import { reportCharts } from '../../reports/charts/chart.ts';
import { colorOf, lookOf, versionsOf } from '../../reports/charts/look.ts';
import { fixtures } from './fixtures.ts';

const look = lookOf({ dark: false });

test('outages that overlap are one stretch, with the length of the longest; total ones are kept apart', () => {
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
    [1, 3.5, '1.90 s'],
    [5, 5.1, '80 ms'],
    [9, 10, '900 ms'],
  ]);
  expect(bands.total.map(short)).toEqual([
    [1.5, 1.6, '90 ms'],
    [5, 5.1, '80 ms'],
    [9, 10, '900 ms'],
  ]);
});

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
