import type { ChartConfiguration } from 'chart.js';
import { gridStyle, tickStyle } from '../../../charts/axis.ts';
import type { ChartOf } from '../../../charts/chart.ts';
import { frameOf, type Key } from '../../../charts/frame.ts';
import { dashOf, type Look, lineOf, pale } from '../../../charts/look.ts';
import { logarithmic, millisecondsAxis } from '../../../charts/milliseconds-axis.ts';
import { percentilesChart, tellPercentiles } from '../../../charts/percentiles.ts';
import { count, counted, duration } from '../../../words.ts';
import type { BenchPage, StagePage } from '../model.ts';

export const percentiles: ChartOf<BenchPage> = {
  id: 'percentiles',
  title: 'Latency by percentile',
  has: ({ percentiles }) => Object.keys(percentiles).length > 0,
  note: ({ otherStages }) => (otherStages === 0 ? '' : `${counted(otherStages, 'more stage')} in the table below`),
  height: () => 320,
  config: percentilesChart,
  tell: tellPercentiles,
};

/** Two at the most: A and B, or the only one. */
export const histogram: ChartOf<BenchPage> = {
  id: 'histogram',
  title: 'Answers by latency',
  has: (page) => histogramStages(page).length > 0,
  height: () => 240,
  config: histogramConfig,
  tell: (page) =>
    histogramStages(page)
      .map(({ name, bars }) => {
        const most = bars.reduce((a, b) => (b.count > a.count ? b : a));
        return `${name}: most answers, ${count(most.count)}, took from ${duration(most.fromMs)} to ${duration(most.toMs)}.`;
      })
      .join(' '),
};

function histogramStages({ stages }: BenchPage): StagePage[] {
  const measured = stages.filter(({ bars }) => bars.length > 0);
  return measured.length <= 2 ? measured : [];
}

function histogramConfig(data: BenchPage, look: Look): ChartConfiguration {
  const stages = histogramStages(data);
  const keys: Key[] =
    stages.length < 2
      ? []
      : stages.map(({ name }, index) => ({
          label: name,
          color: lineOf(look, index),
          shape: 'line',
          dash: dashOf(index),
        }));
  const frame = frameOf(look, 'Answers by latency', keys);
  const ends = stages.flatMap(({ bars }) => bars.flatMap(({ fromMs, toMs }) => [fromMs, toMs]));
  return {
    type: 'line',
    data: {
      datasets: stages.map(({ name, bars }, index) => {
        const total = bars.reduce((sum, bar) => sum + bar.count, 0);
        return {
          label: name,
          // A step for each bar, and down to nothing behind the last.
          data: [
            ...bars.map((bar) => ({ x: logarithmic(bar.fromMs), y: (100 * bar.count) / total })),
            { x: logarithmic(bars.at(-1)?.toMs ?? 1), y: 0 },
          ],
          stepped: 'before',
          fill: 'origin',
          borderColor: lineOf(look, index),
          backgroundColor: pale(lineOf(look, index), 0.2),
          borderWidth: 2,
          borderDash: dashOf(index),
          pointRadius: 0,
        };
      }),
    },
    options: {
      ...frame,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          ...gridStyle(look),
          ...withoutRotation(millisecondsAxis(ends, look)),
        },
        y: percentAxis(look),
      },
      plugins: {
        ...frame.plugins,
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            title: () => '',
            label: ({ datasetIndex, dataIndex }: { datasetIndex: number; dataIndex: number }) => {
              const { name, bars } = stages[datasetIndex] as StagePage;
              const bar = bars[Math.min(dataIndex, bars.length - 1)];
              return bar === undefined
                ? ''
                : ` ${name}: ${count(bar.count)} from ${duration(bar.fromMs)} to ${duration(bar.toMs)}`;
            },
          },
        },
      },
    },
  } as unknown as ChartConfiguration;
}

function percentAxis(look: Look): object {
  return {
    beginAtZero: true,
    ...gridStyle(look),
    ticks: { ...tickStyle(look), padding: 8, maxTicksLimit: 6, callback: (value: unknown) => `${Number(value)} %` },
  };
}

function withoutRotation<Axis extends { ticks: object }>(axis: Axis): Axis {
  return { ...axis, ticks: { ...axis.ticks, maxRotation: 0, autoSkip: true, autoSkipPadding: 12 } };
}
