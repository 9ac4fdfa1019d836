import type { ChartOf } from '../../charts/chart.ts';
import { type Look, lookOf } from '../../charts/look.ts';
import { type PageElement, page } from './browser.ts';
import { element } from './element.ts';

interface Drawing {
  canvas: PageElement;
  config(look: Look): object;
}

/** The charts of a page, with the plugins of chart.js that they need. */
export class Figures {
  readonly #drawings: Drawing[] = [];
  #drawn: { destroy(): void }[] = [];

  constructor(...plugins: object[]) {
    page.Chart.register(...plugins);
  }

  /** null where there is nothing to draw. */
  figure<Data>(chart: ChartOf<Data>, data: Data): PageElement | null {
    if (!chart.has(data)) return null;
    const words = chart.tell(data);
    const note = chart.note?.(data) ?? '';
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

  /** Draws all, and again where the page turns dark or light, or goes to paper, which is light. */
  async draw(): Promise<void> {
    // Text on a canvas is drawn once: not before its font is there.
    await Promise.allSettled(['12px Inter', '600 12px Inter'].map((font) => page.document.fonts.load(font)));
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
