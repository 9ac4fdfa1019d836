import type { ChartConfiguration, TooltipItem } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { plain } from '../plain.ts';
import { duration } from '../words.ts';
import { gridStyle, tickStyle } from './axis.ts';
import { frameOf } from './frame.ts';
import { dashOf, type Look, lineOf } from './look.ts';
import { logarithmic, millisecondsAxis } from './milliseconds-axis.ts';

const narrowPx = 450;

type Curve = Result['percentiles'][string];

/** Latency up to each percentile: each step to the right is a tenth of the requests, as in HdrHistogram's plots. */
export function percentilesChart(result: Pick<Result, 'percentiles'>, look: Look): ChartConfiguration {
  const curves = Object.entries(result.percentiles).filter(([, curve]) => curve.length > 0);
  const end = lastPlace(curves.map(([, curve]) => curve));
  // What sums up several is none of them.
  const isSum = (lane: string) => lane === 'all' && curves.length > 1;
  const colorOf = (lane: string, index: number) => (isSum(lane) ? look.text : lineOf(look, index));
  const datasets = curves.map(([lane, curve], index) => ({
    label: labelOf(lane),
    data: curve.map(([percentile, ms]) => ({ x: Math.min(end, placeOf(percentile)), y: logarithmic(ms) })),
    borderColor: colorOf(lane, index),
    backgroundColor: colorOf(lane, index),
    borderWidth: isSum(lane) ? 3 : 2,
    borderDash: isSum(lane) ? [] : dashOf(index),
    pointRadius: 0,
    pointHitRadius: 10,
  }));
  const keys = datasets.map(({ label, borderColor, borderDash }) => ({
    label,
    color: borderColor,
    shape: 'line' as const,
    dash: borderDash,
  }));
  const frame = frameOf(look, 'Latency by percentile', keys);
  const values = curves.flatMap(([, curve]) => curve.map(([, ms]) => ms));
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...frame,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'logarithmic',
          min: 1,
          max: end,
          ...gridStyle(look),
          afterBuildTicks: (scale: { width: number; ticks: { value: number }[] }) => {
            // On a phone 0 % would run into 50 %.
            const first = scale.width < narrowPx ? [2] : [1, 2];
            const places = [...first, 10, 100, 1000, 10_000, 100_000].filter((place) => place < end / 1.5);
            scale.ticks = [...places, end].map((value) => ({ value }));
          },
          ticks: {
            ...tickStyle(look),
            maxRotation: 0,
            padding: 6,
            callback: (value: unknown) =>
              Number(value) === end ? 'max' : `${Number((100 - 100 / Number(value)).toFixed(4))} %`,
          },
        },
        y: {
          ...gridStyle(look),
          ...millisecondsAxis(values, look),
        },
      },
      plugins: {
        ...frame.plugins,
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            title: () => '',
            label: ({ dataset, dataIndex, datasetIndex, parsed }: TooltipItem<'line'>) => {
              const percentile = curves[datasetIndex]?.[1][dataIndex]?.[0] ?? 0;
              return ` ${dataset.label}: ${percentile} % within ${duration(parsed.y)}`;
            },
          },
        },
      },
    },
  } as unknown as ChartConfiguration;
}

function labelOf(lane: string): string {
  return lane === 'all' ? 'all lanes' : plain(lane, 30);
}

/** 90 % at 10, 99 % at 100, ... */
function placeOf(percentile: number): number {
  return percentile >= 100 ? Number.POSITIVE_INFINITY : 1 / (1 - percentile / 100);
}

/** Where the greatest value is drawn: past the last percentile that the samples can tell. */
function lastPlace(curves: readonly Curve[]): number {
  const places = curves.flatMap((curve) => curve.map(([percentile]) => placeOf(percentile))).filter(Number.isFinite);
  return places.reduce((a, b) => Math.max(a, b), 5) * 3;
}

export function tellPercentiles({ percentiles }: Pick<Result, 'percentiles'>): string {
  const told = Object.entries(percentiles).map(([lane, curve]) => {
    const at = (wanted: number) => curve.find(([percentile]) => percentile === wanted)?.[1];
    const parts = [50, 90, 99, 99.9, 100].flatMap((percentile) => {
      const ms = at(percentile);
      return ms === undefined ? [] : [`${percentile === 100 ? 'all' : `${percentile} %`} within ${duration(ms)}`];
    });
    return `${labelOf(lane)}: ${parts.join(', ')}.`;
  });
  return told.length > 0 ? `Latency by percentile. ${told.join(' ')}` : 'Latency by percentile: there were no answers.';
}
