import type { ChartConfiguration } from 'chart.js';
import { glyphsPlugin } from '../../../charts/glyphs.ts';
import { type Look, lookOf } from '../../../charts/look.ts';
import { type PageElement, page } from '../../../html/page/browser.ts';
import { element } from '../../../html/page/element.ts';

/** A chart of a page about benches. */
export interface BenchChart<Data> {
  id: string;
  title: string;
  /** There is something to draw. */
  has(data: Data): boolean;
  /** What is not drawn of it, or what the eye must know; empty where nothing is. */
  note(data: Data): string;
  /** In CSS pixels. */
  height(data: Data): number;
  config(data: Data, look: Look): ChartConfiguration;
  /** What it shows, in words, for those who do not see it. */
  tell(data: Data): string;
}

interface Drawing {
  canvas: PageElement;
  config(look: Look): ChartConfiguration;
}

/** The charts of a page, drawn again where it turns dark or light, or goes to paper, which is light. */
export class Figures {
  readonly #drawings: Drawing[] = [];
  #drawn: { destroy(): void }[] = [];

  /** null where there is nothing to draw. */
  figure<Data>(chart: BenchChart<Data>, data: Data): PageElement | null {
    if (!chart.has(data)) return null;
    const words = chart.tell(data);
    const note = chart.note(data);
    const canvas = element('canvas', { id: `chart-${chart.id}`, role: 'img', 'aria-label': words });
    const box = element('div', { class: 'canvas' }, canvas);
    box.style.height = `${chart.height(data)}px`;
    this.#drawings.push({ canvas, config: (look) => chart.config(data, look) });
    const inWords = element('details', {}, element('summary', {}, 'In words'), element('p', {}, words));
    return element(
      'figure',
      { class: chart.id },
      element('figcaption', {}, chart.title, note && element('span', {}, note)),
      box,
      inWords,
    );
  }

  draw(): void {
    page.Chart.register(glyphsPlugin);
    const darkness = page.matchMedia('(prefers-color-scheme: dark)');
    this.#drawAll(darkness.matches);
    darkness.addEventListener('change', () => this.#drawAll(darkness.matches));
    page.addEventListener('beforeprint', () => this.#drawAll(false));
    page.addEventListener('afterprint', () => this.#drawAll(darkness.matches));
  }

  #drawAll(dark: boolean): void {
    for (const chart of this.#drawn) chart.destroy();
    this.#drawn = this.#drawings.map(({ canvas, config }) => new page.Chart(canvas, config(lookOf({ dark }))));
  }
}
