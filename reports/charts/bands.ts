import type { Chart, ChartArea, Plugin } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { plain } from '../plain.ts';
import { duration } from '../words.ts';
import { type Look, pale } from './look.ts';

interface Stretch {
  from: number;
  to: number;
  label: string;
}

/** What lies behind and above the values of a chart over time; seconds. */
export interface Bands {
  steps: Stretch[];
  /** Outages that overlap are one stretch, with the length of the longest, which it says where the stretch is longer. */
  outages: Stretch[];
  /** Where nothing at all got through. */
  total: Stretch[];
  /** Nothing could be sent: the chart knows nothing of this time. */
  blind: Stretch[];
  look: Look;
}

/** So much longer than its longest outage a stretch would seem to be what its label says. */
const longerBy = 1.1;

/** Room that the steps' labels need above the chart, in CSS pixels. */
export const bandsPx = 24;

/** The bands of a run; a step that took no time has none. */
export function bandsOf(result: Result, look: Look): Bands {
  const seconds = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => ({ from: fromMs / 1000, to: toMs / 1000 });
  const outages = result.outages.map(({ kind, fromMs, toMs, ms }) => ({
    ...seconds({ fromMs, toMs: toMs ?? result.durationMs }),
    label: duration(ms),
    weight: ms,
    kind,
  }));
  const blind = result.events.filter(({ kind }) => kind === 'blind');
  return {
    look,
    steps: result.steps
      .filter(({ fromMs, toMs }) => toMs > Math.max(0, fromMs))
      .map((step) => ({ ...seconds(step), label: plain(step.name, 60) })),
    outages: merged(outages),
    total: merged(outages.filter(({ kind }) => kind === 'total')),
    blind: merged(blind.map((event) => ({ ...seconds(event), label: 'blind', weight: 0 }))),
  };
}

type Weighed = Stretch & { weight: number };

/** Stretches that overlap as one, with the label of the weightiest: tints would add up to a wall. */
function merged(stretches: readonly Weighed[]): Stretch[] {
  const all: { whole: Stretch; weightiest: Weighed }[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (!last || stretch.from > last.whole.to) {
      all.push({ whole: { ...stretch }, weightiest: stretch });
      continue;
    }
    last.whole.to = Math.max(last.whole.to, stretch.to);
    if (stretch.weight > last.weightiest.weight) last.weightiest = stretch;
  }
  return all.map(({ whole, weightiest }) => {
    const { label, weight, from, to } = weightiest;
    const isLonger = weight > 0 && whole.to - whole.from > longerBy * (to - from);
    return { ...whole, label: isLonger ? `longest ${label}` : label };
  });
}

/** Draws `options.plugins.bands`. */
export const bandsPlugin: Plugin = {
  id: 'bands',
  beforeDatasetsDraw(chart) {
    const bands = bandsOfChart(chart);
    if (!bands) return;
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.font = `12px ${bands.look.font}`;
    ctx.textBaseline = 'middle';
    bands.steps.forEach((step, index) => {
      const { left, width } = across(chart, step);
      ctx.fillStyle = bands.look.band;
      if (index % 2 === 0)
        ctx.fillRect(left, chartArea.top - bandsPx, width, chartArea.bottom - chartArea.top + bandsPx);
      ctx.fillStyle = bands.look.grid;
      ctx.fillRect(left, chartArea.top - bandsPx, 1, chartArea.bottom - chartArea.top + bandsPx);
      ctx.fillStyle = bands.look.muted;
      ctx.fillText(fitted(ctx, step.label, width - 10), left + 6, chartArea.top - bandsPx / 2);
    });
    ctx.restore();
  },
  afterDatasetsDraw(chart) {
    const bands = bandsOfChart(chart);
    if (!bands) return;
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.font = `600 11px ${bands.look.font}`;
    ctx.textBaseline = 'top';
    for (const stretch of bands.blind) shade(chart, stretch, bands.look.unknown, 5);
    for (const stretch of bands.outages) shade(chart, stretch, bands.look.failed, 2);
    for (const stretch of bands.total) beam(chart, stretch, bands.look.failed, 5);
    let labelledTo = chartArea.left;
    for (const stretch of [...bands.outages, ...bands.blind].sort((a, b) => a.from - b.from)) {
      const { left, width } = across(chart, stretch, 3);
      const room = ctx.measureText(stretch.label).width;
      const x = Math.min(Math.max(left + width / 2 - room / 2, chartArea.left + 2), chartArea.right - room - 2);
      if (x < labelledTo) continue;
      labelledTo = x + room + 6;
      ctx.lineWidth = 3;
      ctx.strokeStyle = bands.look.surface;
      ctx.strokeText(stretch.label, x, chartArea.top + 8);
      ctx.fillStyle = stretch.label === 'blind' ? bands.look.muted : bands.look.failed;
      ctx.fillText(stretch.label, x, chartArea.top + 8);
    }
    ctx.restore();
  },
};

function bandsOfChart(chart: Chart): Bands | undefined {
  const { plugins } = chart.config.options ?? {};
  return (plugins as { bands?: Bands } | undefined)?.bands;
}

/** A tint over the height of the chart, under a beam where there are words. */
function shade(chart: Chart, stretch: Stretch, color: string, beamPx: number): void {
  const { ctx, chartArea } = chart;
  const { left, width } = across(chart, stretch, 3);
  ctx.fillStyle = pale(color, 0.14);
  ctx.fillRect(left, chartArea.top, width, chartArea.bottom - chartArea.top);
  if (stretch.label) beam(chart, stretch, color, beamPx);
}

function beam(chart: Chart, stretch: Stretch, color: string, heightPx: number): void {
  const { left, width } = across(chart, stretch, 3);
  chart.ctx.fillStyle = color;
  chart.ctx.fillRect(left, chart.chartArea.top, width, heightPx);
}

function across(chart: Chart, { from, to }: Stretch, least = 0): { left: number; width: number } {
  const scale = chart.scales.x;
  const { left, right }: ChartArea = chart.chartArea;
  const at = (value: number) => Math.min(right, Math.max(left, scale?.getPixelForValue(value) ?? left));
  return { left: at(from), width: Math.max(least, at(to) - at(from)) };
}

/** As much of the text as there is room for; nothing where that would be less than three letters. */
export function fitted(ctx: { measureText(text: string): { width: number } }, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  const characters = [...text];
  let kept = Math.min(characters.length, Math.floor(room / 4));
  while (kept > 2 && ctx.measureText(`${characters.slice(0, kept).join('')}…`).width > room) kept--;
  return kept > 2 ? `${characters.slice(0, kept).join('').trimEnd()}…` : '';
}
