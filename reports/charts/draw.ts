import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart, type ChartItem, registerables } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { bandsPlugin } from './bands.ts';
import { reportCharts } from './chart.ts';
import { glyphsPlugin } from './glyphs.ts';
import { lanesPlugin } from './lanes.ts';
import { lookOf } from './look.ts';

const require = createRequire(import.meta.url);
const widthPx = 1000;

/** Draws each chart of the report as FOLDER/charts/ID.png, twice as fine as its size. Rejects where it cannot. */
export async function drawCharts(result: Result, folder: string): Promise<void> {
  register();
  const place = join(folder, 'charts');
  await mkdir(place, { recursive: true });
  const charts = reportCharts.filter((chart) => chart.has(result));
  for (const chart of charts) await writeFile(join(place, `${chart.id}.png`), drawChart(chart.id, result));
}

/** One of the report's charts as a PNG, in light. */
export function drawChart(id: string, result: Result): Buffer {
  register();
  const plan = reportCharts.find((each) => each.id === id);
  if (!plan) throw new Error(`there is no chart ${id}`);
  const look = { ...lookOf({ dark: false, titled: true }), font: 'Inter' };
  const canvas = createCanvas(widthPx, plan.height(result) + 40);
  const config = plan.config(result, look);
  const background = {
    id: 'background',
    beforeDraw: ({ ctx, width, height }: Chart) => {
      ctx.fillStyle = look.surface;
      ctx.fillRect(0, 0, width, height);
    },
  };
  const drawn = new Chart(canvas as unknown as ChartItem, {
    ...config,
    options: { ...config.options, responsive: false, devicePixelRatio: 2, layout: { padding: 16 } },
    plugins: [background],
  });
  const png = canvas.toBuffer('image/png');
  drawn.destroy();
  return png;
}

let registered = false;

function register(): void {
  if (registered) return;
  for (const weight of [400, 600]) {
    const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    GlobalFonts.registerFromPath(file, 'Inter');
  }
  Chart.register(...registerables, bandsPlugin, glyphsPlugin, lanesPlugin);
  registered = true;
}
