import type { ChartConfiguration } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { duration, moment } from '../words.ts';
import { bandsOf, bandsPx } from './bands.ts';
import { frameOf } from './frame.ts';
import type { Look } from './look.ts';
import { logarithmic, millisecondsAxis } from './milliseconds-axis.ts';
import { intervalTitle, timeAxis, valueAxis } from './time-axis.ts';

const names = ['p50', 'p99', 'max'] as const;

/** The median, the 99th percentile and the greatest latency of each interval. */
export function latencyChart(result: Result, look: Look): ChartConfiguration {
  const { series } = result;
  const datasets = names.map((name, index) => {
    const values = series.latency[name];
    return {
      label: name,
      data: values.map((ms, at) => ({
        x: (series.fromMs + (at + 0.5) * series.stepMs) / 1000,
        y: ms === null ? null : logarithmic(ms),
      })),
      borderColor: look.lines[index],
      backgroundColor: look.lines[index],
      borderWidth: 2,
      // The greatest of few is the 99th percentile too: dots on the line are seen, a line under it is not.
      showLine: name !== 'max',
      // A line needs two points: an interval between two without answers would not be seen.
      pointRadius: values.map((ms, at) => (name === 'max' || (ms !== null && isAlone(values, at)) ? 2 : 0)),
      pointBorderWidth: 0,
      pointHitRadius: 8,
    };
  });
  const keys = names.map((name, index) => ({
    label: name === 'p50' ? 'p50 (median)' : name,
    color: look.lines[index] ?? look.unknown,
    shape: name === 'max' ? ('dot' as const) : ('line' as const),
  }));
  const frame = frameOf(look, 'Latency over time', keys, bandsPx);
  const all = names.flatMap((name) => series.latency[name]);
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...frame,
      scales: { x: timeAxis(result, look), y: valueAxis(look, millisecondsAxis(all, look)) },
      plugins: {
        ...frame.plugins,
        bands: bandsOf(result, look),
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            title: intervalTitle,
            label: ({ dataset, parsed }) => ` ${dataset.label}: ${duration(parsed.y)}`,
          },
        },
      },
    },
  } as ChartConfiguration;
}

function isAlone(values: readonly (number | null)[], at: number): boolean {
  return (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
}

export function tellLatency({ series }: Result): string {
  const { p50, p99, max } = series.latency;
  const greatest = max.reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
  const at = max.indexOf(greatest);
  if (at < 0) return 'Latency over time: there were no answers.';
  const span = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return `from ${duration(Math.min(...known))} to ${duration(Math.max(...known))}`;
  };
  const when = moment(series.fromMs + at * series.stepMs);
  return `Latency over time: the median of an interval ${span(p50)}, the 99th percentile ${span(p99)}; the slowest answer took ${duration(greatest)}, at ${when}.`;
}
