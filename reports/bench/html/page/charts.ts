import type { ChartConfiguration } from 'chart.js';
import { frameOf, type Key } from '../../../charts/frame.ts';
import { type Look, pale } from '../../../charts/look.ts';
import { logarithmic, millisecondsAxis } from '../../../charts/milliseconds-axis.ts';
import { percentilesChart, tellPercentiles } from '../../../charts/percentiles.ts';
import { tickStyle } from '../../../charts/time-axis.ts';
import { count, counted, duration } from '../../../words.ts';
import { rateText } from '../../words.ts';
import type { BenchPage, StagePage } from '../model.ts';
import type { BenchChart } from './chart.ts';

export const percentiles: BenchChart<BenchPage> = {
  id: 'percentiles',
  title: 'Latency by percentile',
  has: ({ percentiles }) => Object.keys(percentiles).length > 0,
  note: ({ otherStages }) => (otherStages === 0 ? '' : `${counted(otherStages, 'other stage')} in the table alone`),
  height: () => 320,
  config: percentilesChart,
  tell: tellPercentiles,
};

/** Two at the most: A and B, or the only one. */
export const histogram: BenchChart<BenchPage> = {
  id: 'histogram',
  title: 'Answers by latency',
  has: (page) => histogramStages(page).length > 0,
  note: () => '',
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
      : stages.map(({ name }, index) => ({ label: name, color: lineOf(look, index), shape: 'line' }));
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
          borderDash: index % 2 === 1 ? [6, 3] : [],
          pointRadius: 0,
        };
      }),
    },
    options: {
      ...frame,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          grid: { color: look.grid, drawTicks: false },
          border: { display: false },
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

/** Of a closed loop the rate of each round; of rates what each did to latency. */
export const rounds: BenchChart<BenchPage> = {
  id: 'rounds',
  title: 'Rate by round',
  has: ({ stages, effect }) => effect === null && stages.some((stage) => stage.rounds.length > 1),
  note: () => '',
  height: () => 240,
  config: (data, look) => {
    const stages = data.stages.slice(0, 5);
    return {
      type: 'line',
      data: {
        datasets: stages.map(({ name, rounds }, index) => ({
          label: name,
          data: rounds.map(({ ratePerS }, round) => ({ x: round + 1, y: ratePerS })),
          ...dots(look, index),
        })),
      },
      options: valuesOver(look, {
        title: 'Rate by round',
        names: stages.map(({ name }) => name),
        x: {
          min: 0,
          max: Math.max(...stages.map((stage) => stage.rounds.length)) + 1,
          step: 1,
          text: (x) => `round ${x}`,
        },
        y: (value) => `${rateText(value)}/s`,
      }),
    } as unknown as ChartConfiguration;
  },
  tell: ({ stages }) =>
    `Good answers a second by round. ${stages.map(({ name, rounds }) => `${name}: ${rounds.map(({ ratePerS }) => rateText(ratePerS)).join(', ')}.`).join(' ')}`,
};

/** Both targets, block by block: what moves them together is the machine. */
export const blocks: BenchChart<BenchPage> = {
  id: 'blocks',
  title: 'Rate by block',
  has: ({ effect }) => (effect?.blocks?.ratePerS.length ?? 0) > 0,
  note: ({ effect }) => `blocks of ${duration(effect?.blocks?.ms ?? 0)} in turn`,
  height: () => 280,
  config: ({ effect }, look) => {
    const { order = '', ratePerS = [] } = effect?.blocks ?? {};
    const of = (subject: string) =>
      ratePerS.map((y, x) => ({ x: x + 1, y })).filter((_, index) => order[index] === subject);
    return {
      type: 'line',
      data: {
        datasets: [
          { label: 'candidate', data: of('A'), ...dots(look, 0), pointStyle: 'circle', showLine: false },
          { label: 'baseline', data: of('B'), ...dots(look, 1), pointStyle: 'rectRot', showLine: false },
        ],
      },
      options: valuesOver(look, {
        title: 'Rate by block',
        names: ['candidate', 'baseline'],
        x: { min: 0, max: ratePerS.length + 1, text: (x) => `block ${x}` },
        y: (value) => `${rateText(value)}/s`,
      }),
    } as unknown as ChartConfiguration;
  },
  tell: ({ effect }) => {
    const { order = '', ratePerS = [] } = effect?.blocks ?? {};
    const told = (subject: string) => {
      const own = ratePerS.filter((_, index) => order[index] === subject);
      return own.length === 0 ? 'none' : `${rateText(Math.min(...own))} to ${rateText(Math.max(...own))} a second`;
    };
    return `Good answers a second in ${counted(order.length, 'block')}: the candidate from ${told('A')}, the baseline from ${told('B')}.`;
  },
};

/** What more load does to latency. */
export const rates: BenchChart<BenchPage> = {
  id: 'rates',
  title: 'Latency over rate',
  has: ({ stages, effect }) => effect === null && stages.filter(({ rate }) => rate !== null).length > 1,
  note: () => '',
  height: () => 260,
  config: ({ stages }, look) => {
    const open = stages.filter(({ rate }) => rate !== null).toSorted((a, b) => (a.rate ?? 0) - (b.rate ?? 0));
    const names = ['p50', 'p99', 'max'] as const;
    const values = open.flatMap(({ summary }) => names.map((name) => summary.allLatencyMs[name]));
    const options = valuesOver(look, {
      title: 'Latency over rate',
      names,
      x: { text: (x) => `${count(x)}/s` },
      y: duration,
    });
    return {
      type: 'line',
      data: {
        datasets: names.map((name, index) => ({
          label: name,
          data: open.map(({ rate, summary }) => {
            const ms = summary.allLatencyMs[name];
            return { x: rate, y: ms === null ? null : logarithmic(ms) };
          }),
          ...dots(look, index),
        })),
      },
      options: {
        ...options,
        scales: {
          ...options.scales,
          y: {
            grid: { color: look.grid, drawTicks: false },
            border: { display: false },
            ...millisecondsAxis(values, look),
          },
        },
      },
    } as unknown as ChartConfiguration;
  },
  tell: ({ stages }) =>
    `Latency over rate. ${stages
      .filter(({ rate }) => rate !== null)
      .map(
        ({ rate, summary }) =>
          `${count(rate ?? 0)}/s: p50 ${duration(summary.allLatencyMs.p50)}, p99 ${duration(summary.allLatencyMs.p99)}.`,
      )
      .join(' ')}`,
};

function lineOf(look: Look, index: number): string {
  return look.lines[index] ?? look.unknown;
}

function dots(look: Look, index: number): object {
  return {
    borderColor: lineOf(look, index),
    backgroundColor: lineOf(look, index),
    borderWidth: 2,
    borderDash: index % 2 === 1 ? [6, 3] : [],
    pointRadius: 3.5,
    pointHitRadius: 8,
  };
}

function percentAxis(look: Look): object {
  return {
    beginAtZero: true,
    grid: { color: look.grid, drawTicks: false },
    border: { display: false },
    ticks: { ...tickStyle(look), padding: 8, maxTicksLimit: 6, callback: (value: unknown) => `${Number(value)} %` },
  };
}

function withoutRotation<Axis extends { ticks: object }>(axis: Axis): Axis {
  return { ...axis, ticks: { ...axis.ticks, maxRotation: 0, autoSkip: true, autoSkipPadding: 12 } };
}

interface Axes {
  title: string;
  names: readonly string[];
  x: { min?: number; max?: number; step?: number; text(value: number): string };
  y(value: number): string;
}

function valuesOver(look: Look, { title, names, x, y }: Axes) {
  const keys: Key[] = names.map((label, index) => ({ label, color: lineOf(look, index), shape: 'dot' }));
  const frame = frameOf(look, title, keys.length > 1 ? keys : []);
  return {
    ...frame,
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    scales: {
      x: {
        type: 'linear',
        ...(x.min !== undefined && { min: x.min }),
        ...(x.max !== undefined && { max: x.max }),
        grid: { color: look.grid, drawTicks: false },
        border: { display: false },
        ticks: {
          ...tickStyle(look),
          maxRotation: 0,
          autoSkipPadding: 16,
          padding: 6,
          ...(x.step !== undefined && { stepSize: x.step }),
          callback: (value: unknown) =>
            Number.isInteger(Number(value)) && Number(value) > 0 ? x.text(Number(value)) : '',
        },
      },
      y: {
        grid: { color: look.grid, drawTicks: false },
        border: { display: false },
        grace: '10%',
        ticks: { ...tickStyle(look), padding: 8, maxTicksLimit: 6, callback: (value: unknown) => y(Number(value)) },
      },
    },
    plugins: {
      ...frame.plugins,
      tooltip: {
        ...frame.plugins?.tooltip,
        callbacks: {
          title: (items: { parsed: { x: number } }[]) => x.text(items[0]?.parsed.x ?? 0),
          label: ({ dataset, parsed }: { dataset: { label: string }; parsed: { y: number } }) =>
            ` ${dataset.label}: ${y(parsed.y)}`,
        },
      },
    },
  };
}
