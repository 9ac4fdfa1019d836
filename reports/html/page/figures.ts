import type { Result } from '../../../record/result.ts';
import { bandsPlugin } from '../../charts/bands.ts';
import { type ReportChart, reportCharts } from '../../charts/chart.ts';
import { glyphsPlugin } from '../../charts/glyphs.ts';
import { lanesPlugin } from '../../charts/lanes.ts';
import { lookOf } from '../../charts/look.ts';
import { type PageElement, page } from './browser.ts';
import { element, section } from './element.ts';

interface Drawing {
  chart: ReportChart;
  canvas: PageElement;
}

/** The charts: those over time below each other on one axis, then the others. */
export function figures(result: Result): { sections: (PageElement | null)[]; draw(): void } {
  page.Chart.register(bandsPlugin, glyphsPlugin, lanesPlugin);
  const drawings: Drawing[] = [];
  const figure = (id: string): PageElement | null => {
    const chart = reportCharts.find((each) => each.id === id);
    if (!chart?.has(result)) return null;
    const words = chart.tell(result);
    const note = chart.note?.(result) ?? '';
    const canvas = element('canvas', { id: `chart-${id}`, role: 'img', 'aria-label': words });
    const box = element('div', { class: 'canvas' }, canvas);
    box.style.height = `${chart.height(result)}px`;
    drawings.push({ chart, canvas });
    const inWords = element('details', {}, element('summary', {}, 'In words'), element('p', {}, words));
    return element(
      'figure',
      { class: id },
      element('figcaption', {}, chart.title, note && element('span', {}, note)),
      box,
      inWords,
    );
  };
  const sections = [
    section('timeline', 'Timeline', figure('timeline'), figure('lifelines')),
    section('shares', 'Replicas', figure('shares')),
    section('latency', 'Latency', figure('latency'), figure('percentiles')),
  ];
  return { sections, draw: () => drawAgain(drawings, result) };
}

/** Draws all, and again where the page turns dark or light, or goes to paper, which is light. */
function drawAgain(drawings: readonly Drawing[], result: Result): void {
  const darkness = page.matchMedia('(prefers-color-scheme: dark)');
  let drawn: { destroy(): void }[] = [];
  const draw = (dark: boolean) => {
    for (const chart of drawn) chart.destroy();
    drawn = drawings.map(({ chart, canvas }) => new page.Chart(canvas, chart.config(result, lookOf({ dark }))));
  };
  draw(darkness.matches);
  darkness.addEventListener('change', () => draw(darkness.matches));
  page.addEventListener('beforeprint', () => draw(false));
  page.addEventListener('afterprint', () => draw(darkness.matches));
}
