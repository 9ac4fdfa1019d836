import type { Chart, Plugin } from 'chart.js';
import { fitted } from './bands.ts';
import type { Look } from './look.ts';

/** A row of a horizontal chart: its words stand above its bar, where there is always room for them. */
export interface Lane {
  /** In the value of the x axis; the left edge without. */
  from?: number;
  label: string;
  /** At the right edge. */
  note?: string;
  /** Lines below the bar, in values of the x axis. */
  under?: [from: number, to: number][];
}

export interface Lanes {
  lanes: readonly Lane[];
  look: Look;
}

/** Height of a lane, in CSS pixels. */
export const lanePx = 36;

/** Draws `options.plugins.lanes`. */
export const lanesPlugin: Plugin = {
  id: 'lanes',
  afterDatasetsDraw(chart) {
    const options = lanesOfChart(chart);
    const { x, y } = chart.scales;
    if (!options || !x || !y) return;
    const { ctx, chartArea } = chart;
    const { look } = options;
    ctx.save();
    ctx.textBaseline = 'alphabetic';
    options.lanes.forEach((lane, index) => {
      const middle = y.getPixelForValue(index);
      ctx.font = `12px ${look.font}`;
      const note = lane.note ?? '';
      const noteWidth = note ? ctx.measureText(note).width + 12 : 0;
      const text = fitted(ctx, lane.label, chartArea.right - chartArea.left - noteWidth);
      const start = lane.from === undefined ? chartArea.left : Math.max(chartArea.left, x.getPixelForValue(lane.from));
      const left = Math.min(start, chartArea.right - noteWidth - ctx.measureText(text).width);
      ctx.fillStyle = look.text;
      ctx.fillText(text, left, middle - 10);
      ctx.fillStyle = look.muted;
      ctx.fillText(note, chartArea.right - noteWidth + 12, middle - 10);
      ctx.fillStyle = look.text;
      for (const [from, to] of lane.under ?? []) {
        const fromPx = Math.max(chartArea.left, x.getPixelForValue(from));
        const toPx = Math.min(chartArea.right, x.getPixelForValue(to));
        if (toPx > fromPx) ctx.fillRect(fromPx, middle + 9, Math.max(2, toPx - fromPx), 2);
      }
    });
    ctx.restore();
  },
};

function lanesOfChart(chart: Chart): Lanes | undefined {
  const { plugins } = chart.config.options ?? {};
  return (plugins as { lanes?: Lanes } | undefined)?.lanes;
}
