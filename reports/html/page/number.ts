import type { PageElement } from './browser.ts';
import { element } from './element.ts';

/** One large figure: its name above it, what it is out of below. */
export function number(name: string, value: string, note: string, kind = ''): PageElement {
  return element(
    'div',
    kind ? { class: kind } : {},
    element('dt', {}, name),
    element('dd', { class: 'figure' }, value),
    element('dd', { class: 'note' }, note),
  );
}
