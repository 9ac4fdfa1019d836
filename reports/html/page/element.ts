import { type PageElement, page } from './browser.ts';

type Child = PageElement | string | null;

/** An element with attributes and children. Texts go in as text: nothing here reads markup. */
export function element(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): PageElement {
  const made = page.document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A titled part of the page; null, so that it is left out, where it has no content. */
export function section(id: string, title: string, ...children: Child[]): PageElement | null {
  if (children.every((child) => child === null)) return null;
  const heading = element('h2', { id: `${id}-title` }, title);
  return element('section', { id, 'aria-labelledby': `${id}-title` }, heading, ...children);
}

export interface ColumnHead {
  title: string;
  number?: boolean;
}

/** A table that scrolls in itself where the page is too narrow, also by keyboard. */
export function scrollingTable(label: string, heads: readonly ColumnHead[], rows: readonly PageElement[]): PageElement {
  const cells = heads.map(({ title, number }) =>
    element('th', { scope: 'col', ...(number && { class: 'number' }) }, title),
  );
  const body = element('tbody', {}, ...rows);
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...cells)), body);
  return element('div', { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label }, table);
}

/** A row of a table with these columns; a cell may be an element of its own. */
export function row(heads: readonly ColumnHead[], cells: readonly (string | PageElement)[]): PageElement {
  const made = cells.map((cell, index) => element('td', heads[index]?.number ? { class: 'number' } : {}, cell));
  return element('tr', {}, ...made);
}

/** A verdict as a word in its colour, with a sign before it for those who do not see colours. */
export function badge(verdict: string): PageElement {
  const signs: Record<string, string> = {
    pass: '✓',
    fail: '✗',
    inconclusive: '?',
    error: '!',
    warn: '~',
    'not-applicable': '–',
  };
  const word = verdict === 'not-applicable' ? 'not applicable' : verdict;
  const sign = element('span', { 'aria-hidden': 'true' }, signs[verdict] ?? '');
  return element('span', { class: `badge ${verdict}` }, sign, ` ${word}`);
}
