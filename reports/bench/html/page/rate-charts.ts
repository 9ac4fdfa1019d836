import type { ChartConfiguration } from 'chart.js';
import { gridStyle } from '../../../charts/axis.ts';
import type { ChartOf } from '../../../charts/chart.ts';
import { logarithmic, millisecondsAxis } from '../../../charts/milliseconds-axis.ts';
import { count, counted, duration } from '../../../words.ts';
import { rateText } from '../../words.ts';
import type { BenchPage } from '../model.ts';
import { dots, valuesOver } from './values-over.ts';

/** Of a closed loop the rate of each round; of rates what each did to latency. */
export const rounds: ChartOf<BenchPage> = {
  id: 'rounds',
  title: 'Rate by round',
  has: ({ stages, effect }) => effect === null && stages.some((stage) => stage.rounds.length > 1),
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
export const blocks: ChartOf<BenchPage> = {
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
        shapes: ['dot', 'diamond'],
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
export const rates: ChartOf<BenchPage> = {
  id: 'rates',
  title: 'Latency over rate',
  has: ({ stages, effect }) => effect === null && stages.filter(({ rate }) => rate !== null).length > 1,
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
            ...gridStyle(look),
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
