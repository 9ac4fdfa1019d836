import type { Look } from './look.ts';

/** The letters of an axis; a scale does not take the chart's own font. */
export function tickStyle(look: Look): object {
  return { color: look.muted, font: { family: look.font, size: 12 } };
}

/** The lines of an axis: those of the grid, at its ticks (between bars chart.js draws them half way), and no more. */
export function gridStyle(look: Look): object {
  return { grid: { color: look.grid, drawTicks: false, offset: false }, border: { display: false } };
}
