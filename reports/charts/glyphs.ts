import type { Plugin } from 'chart.js';

/**
 * Draws each letter as it is: Inter makes a multiplication sign of an x between digits ("calt", contextual alternates),
 * and names of pods have such.
 */
export const glyphsPlugin: Plugin = {
  id: 'glyphs',
  beforeDraw: ({ ctx }) => {
    ctx.textRendering = 'optimizeSpeed';
  },
};
