import type { ChartConfiguration } from 'chart.js';
import { outagesToTell } from '../../record/outages.ts';
import type { Result } from '../../record/result.ts';
import { plain } from '../plain.ts';
import { count, counted, listed, moment } from '../words.ts';
import { tickStyle } from './axis.ts';
import { bandsOf, bandsPx } from './bands.ts';
import { frameOf, type Key } from './frame.ts';
import { drawnIntervals, type Interval } from './intervals.ts';
import { colorOf, type Look, versionsOf } from './look.ts';
import { intervalTitle, timeAxis, valueAxis } from './time-axis.ts';

/** Answers a second stacked by version, failures on top of them, over the steps and outages of the run. */
export function timelineChart(result: Result, look: Look): ChartConfiguration {
  const { series } = result;
  const versions = versionsOf(result);
  const intervals = drawnIntervals(result);
  const bars = (countOf: (interval: Interval) => number) =>
    intervals.map((interval) => ({
      x: (interval.fromMs + interval.toMs) / 2000,
      y: countOf(interval) === 0 ? null : (countOf(interval) * 1000) / (interval.toMs - interval.fromMs),
    }));
  const shape = { barPercentage: 1, categoryPercentage: 1, stack: 'all', inflateAmount: 0.6 };
  const answered = [...versions, '?'].filter((version) => Object.hasOwn(series.byVersion, version));
  const datasets = answered.map((version) => ({
    ...shape,
    label: labelOf(version),
    data: bars(({ byVersion }) => byVersion[version] ?? 0),
    backgroundColor: colorOf(version, versions, look),
  }));
  // One failure among a thousand answers would be less than a pixel high: it is never shown so small.
  const failed = {
    ...shape,
    label: 'failed',
    data: bars(({ failed }) => failed),
    backgroundColor: look.failed,
    minBarLength: 5,
  };
  const keys: Key[] = answered.map((version) => ({ label: labelOf(version), color: colorOf(version, versions, look) }));
  const frame = frameOf(look, 'Requests a second', [...keys, { label: 'failed', color: look.failed }], bandsPx);
  return {
    type: 'bar',
    data: { datasets: [...datasets, failed] },
    options: {
      ...frame,
      scales: {
        x: { ...timeAxis(result, look), stacked: true, offset: false },
        y: valueAxis(look, {
          stacked: true,
          beginAtZero: true,
          suggestedMax: 1,
          grace: '6%',
          ticks: { ...tickStyle(look), maxTicksLimit: 6, precision: 0, padding: 8 },
        }),
      },
      plugins: {
        ...frame.plugins,
        bands: bandsOf(result, look),
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            title: intervalTitle,
            label: ({ dataset, parsed }) => ` ${dataset.label}: ${count(Math.round(parsed.y ?? 0))} a second`,
          },
        },
      },
    },
  } as ChartConfiguration;
}

function labelOf(version: string): string {
  return version === '?' ? 'version not known' : plain(version, 24);
}

export function tellTimeline(result: Result): string {
  const { series } = result;
  const outages = outagesToTell(result.outages);
  const total = (counts: readonly number[]) => counts.reduce((sum, each) => sum + each, 0);
  const versions = Object.entries(series.byVersion).map(
    ([version, counts]) => `${count(total(counts))} answers of ${labelOf(version)}`,
  );
  const failed = total(series.failed);
  const steps = result.steps.map(
    ({ name, fromMs, toMs }) => `${plain(name, 60)} from ${moment(fromMs)} to ${moment(toMs)}`,
  );
  return [
    `Requests a second over ${moment(result.durationMs)}: ${listed([...versions, failed === 0 ? 'no failure' : `${count(failed)} failed`])}.`,
    `${outages.length === 0 ? 'No outage' : counted(outages.length, 'outage')} marked.`,
    steps.length > 0 ? `Steps: ${listed(steps)}.` : '',
  ].join(' ');
}
