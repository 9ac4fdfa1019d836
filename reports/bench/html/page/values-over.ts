import type { ChartOptions } from 'chart.js';
import { gridStyle, tickStyle } from '../../../charts/axis.ts';
import { frameOf, type Key } from '../../../charts/frame.ts';
import { dashOf, type Look, lineOf } from '../../../charts/look.ts';

export interface Axes {
  title: string;
  names: readonly string[];
  /** How the points of each are drawn, where they differ. */
  shapes?: readonly ('dot' | 'diamond')[];
  x: { min?: number; max?: number; step?: number; text(value: number): string };
  y(value: number): string;
}

/** The options of a chart of values over a number, each line of its own name. */
export function valuesOver(look: Look, { title, names, shapes, x, y }: Axes): ChartOptions {
  const keys: Key[] = names.map((label, index) => ({
    label,
    color: lineOf(look, index),
    shape: shapes?.[index] ?? 'dot',
  }));
  const frame = frameOf(look, title, keys.length > 1 ? keys : []);
  return {
    ...frame,
    interaction: { mode: 'nearest', axis: 'x', intersect: false },
    scales: {
      x: {
        type: 'linear',
        ...(x.min !== undefined && { min: x.min }),
        ...(x.max !== undefined && { max: x.max }),
        ...gridStyle(look),
        ticks: {
          ...tickStyle(look),
          maxRotation: 0,
          autoSkipPadding: 16,
          padding: 6,
          ...(x.step !== undefined && { stepSize: x.step }),
          // The ends are there to leave room, and stand for nothing.
          callback: (value: unknown) => {
            const at = Number(value);
            return Number.isInteger(at) && at > 0 && at !== x.max ? x.text(at) : '';
          },
        },
      },
      y: {
        ...gridStyle(look),
        beginAtZero: true,
        grace: '10%',
        ticks: { ...tickStyle(look), padding: 8, maxTicksLimit: 6, callback: (value: unknown) => y(Number(value)) },
      },
    },
    plugins: {
      ...frame.plugins,
      tooltip: {
        ...frame.plugins?.tooltip,
        callbacks: {
          title: (items) => x.text(items[0]?.parsed.x ?? 0),
          label: ({ dataset, parsed }) => ` ${dataset.label}: ${y(parsed.y ?? 0)}`,
        },
      },
    },
  };
}

/** A line with a dot for each value. */
export function dots(look: Look, index: number): object {
  return {
    borderColor: lineOf(look, index),
    backgroundColor: lineOf(look, index),
    borderWidth: 2,
    borderDash: dashOf(index),
    pointRadius: 3.5,
    pointHitRadius: 8,
  };
}
