/**
 * What the page uses of the browser. TypeScript's own `lib.dom` would make every global of a browser known in all of
 * hitless, `name` and `status` among them.
 */
export interface PageElement {
  textContent: string | null;
  hidden: boolean;
  value: string;
  readonly style: { height: string };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: PageElement[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: () => void): void;
}

interface MediaQuery {
  readonly matches: boolean;
  addEventListener(type: 'change', listener: () => void): void;
}

interface Page {
  document: {
    createElement(tag: string): PageElement;
    getElementById(id: string): PageElement | null;
    fonts: { load(font: string): Promise<unknown> };
  };
  matchMedia(query: string): MediaQuery;
  addEventListener(type: 'beforeprint' | 'afterprint', listener: () => void): void;
  /** chart.js, from the script before this one. */
  Chart: {
    new (canvas: PageElement, config: object): { destroy(): void };
    register(...plugins: object[]): void;
  };
}

export const page = globalThis as unknown as Page;
