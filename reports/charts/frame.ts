import type { ChartConfiguration, LegendItem } from 'chart.js';
import type { Look } from './look.ts';

type Options = NonNullable<ChartConfiguration['options']>;

export interface Key {
  label: string;
  color: string;
  /** What is drawn before the label; a full box by default. */
  shape?: 'box' | 'thin' | 'outline' | 'line' | 'dot' | 'diamond';
  /** Of a line, as it is drawn. */
  dash?: number[];
}

/** Wide enough for a dashed line to be seen as one. */
const linePx = 26;

/**
 * What all charts have in common: fonts, no animation, a legend of the given keys, the title where it has to be drawn.
 * `abovePx` stays free between the title and the chart.
 */
export function frameOf(look: Look, title: string, keys: readonly Key[], abovePx = 0): Options {
  return {
    animation: false,
    maintainAspectRatio: false,
    font: { family: look.font, size: 12 },
    color: look.text,
    layout: { padding: { top: look.titled ? 0 : 6 + abovePx, right: 14, bottom: 2, left: 2 } },
    interaction: { mode: 'index', intersect: false },
    plugins: {
      title: {
        display: look.titled,
        text: title,
        align: 'start',
        color: look.text,
        font: { family: look.font, size: 16, weight: 600 },
        padding: { top: 2, bottom: 12 + abovePx },
      },
      legend: {
        display: keys.length > 0,
        position: 'bottom',
        align: 'start',
        onClick: () => {},
        labels: {
          color: look.text,
          usePointStyle: true,
          ...(keys.every(({ shape }) => shape === 'line') && { pointStyleWidth: linePx }),
          padding: 14,
          boxHeight: 8,
          font: { family: look.font, size: 12 },
          generateLabels: () => keys.map((key) => legendItem(key, look)),
        },
      },
      tooltip: {
        backgroundColor: look.dark ? '#0b0f14' : '#1c2430',
        titleFont: { family: look.font, weight: 600 },
        bodyFont: { family: look.font },
        padding: 10,
        boxPadding: 4,
      },
    },
  };
}

const pointStyles = {
  box: 'rect',
  outline: 'rect',
  thin: 'line',
  line: 'line',
  dot: 'circle',
  diamond: 'rectRot',
} as const satisfies Record<NonNullable<Key['shape']>, string>;

function legendItem({ label, color, shape = 'box', dash = [] }: Key, look: Look): LegendItem {
  const outlined = shape === 'outline';
  const filled = shape === 'box' || shape === 'dot' || shape === 'diamond';
  return {
    text: label,
    fontColor: look.text,
    fillStyle: outlined ? `${color}40` : color,
    strokeStyle: color,
    lineWidth: shape === 'thin' ? 4 : filled ? 0 : outlined ? 1.5 : 2.5,
    lineDash: dash,
    pointStyle: pointStyles[shape],
  };
}
