import { outagesToTell } from '../../../record/outages.ts';
import type { Result } from '../../../record/result.ts';
import { tellFailures, tellOutage } from '../../failures.ts';
import { plain, plainValue } from '../../plain.ts';
import { count, counted, listed } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { badge, element, section } from './element.ts';

const mostListed = 10;

/** What went wrong, in sentences: outages, then the kinds of failures. */
export function whatHappened(result: Result): PageElement | null {
  const all = outagesToTell(result.outages);
  const outages = all
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, mostListed)
    .sort((a, b) => a.fromMs - b.fromMs);
  const { title, told, more } = tellFailures(result, mostListed);
  return section(
    'happened',
    'What went wrong',
    outages.length > 0 ? element('h3', {}, counted(all.length, 'outage')) : null,
    sentences(
      outages.map((outage) => tellOutage(outage, result)),
      all.length,
      'shorter',
    ),
    told.length > 0 ? element('h3', {}, title) : null,
    sentences(
      told.map((each) => `${each}.`),
      told.length + more,
      'other kinds',
    ),
  );
}

function sentences(told: readonly string[], all: number, more: string): PageElement | null {
  if (told.length === 0) return null;
  const items = told.map((each) => element('li', {}, each));
  if (all > told.length) items.push(element('li', { class: 'muted' }, `and ${count(all - told.length)} ${more}`));
  return element('ul', { class: 'sentences' }, ...items);
}

/** What in the manifests is known to lose requests: a possibility, and said to be no more. */
export function hints({ hints = [] }: Result): PageElement | null {
  if (hints.length === 0) return null;
  const pages = listed([...new Set(hints.map(({ link }) => plain(link, 120)))]);
  return section(
    'hints',
    'Worth a look',
    element('p', { class: 'muted' }, 'Known to lose requests; that it did so here is not shown.'),
    element('ul', { class: 'sentences' }, ...hints.map(({ message }) => element('li', {}, plain(message, 300)))),
    element('p', { class: 'muted' }, `How it is mended: ${pages}`),
  );
}

/** Why, where it is known, and what would mend it. */
export function causes(result: Result): PageElement | null {
  const known = result.causes.map((cause) =>
    element(
      'article',
      {},
      element('h3', {}, `${plain(cause.id, 80)}: ${counted(cause.failures, 'failure')}`),
      list('Evidence', cause.evidence),
      list('Excluded', cause.excluded),
      cause.fix ? element('p', {}, element('strong', {}, 'What mends it: '), plain(cause.fix.summary, 800)) : null,
      cause.fix?.patch === undefined ? null : patch(cause.fix.patch),
    ),
  );
  return section('causes', 'Why', ...(known.length > 0 ? known : [null]));
}

function list(title: string, lines: readonly string[]): PageElement | null {
  if (lines.length === 0) return null;
  return element(
    'div',
    {},
    element('h4', {}, title),
    element('ul', {}, ...lines.map((line) => element('li', {}, plain(line, 500)))),
  );
}

/** Line by line: `plain` makes one line of all, and a patch has many. */
function patch(text: string): PageElement {
  const lines = text
    .split('\n')
    .slice(0, 200)
    .map((line) => line.match(/^ */)?.[0] + plain(line, 200));
  return element('pre', { tabindex: '0' }, lines.join('\n'));
}

export function checks(result: Result): PageElement | null {
  const asked = result.checks.filter((check) => check.asked);
  const others = result.checks.filter((check) => !check.asked);
  return section(
    'checks',
    'Checks',
    asked.length > 0 ? element('ul', { class: 'checks' }, ...asked.map(checkItem)) : null,
    others.length > 0
      ? element(
          'details',
          others.some(({ verdict }) => verdict === 'warn') ? { open: '' } : {},
          element('summary', {}, `${counted(others.length, 'check')} that nobody asked for: they decide nothing`),
          element('ul', { class: 'checks' }, ...others.map(checkItem)),
        )
      : null,
  );
}

function checkItem(check: Result['checks'][number]): PageElement {
  const shown = check.verdict !== 'not-applicable';
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'check-head' },
      badge(check.verdict),
      element('strong', {}, plain(check.name, 60)),
      check.lane === null ? '' : ` lane ${plain(check.lane, 60)}`,
    ),
    element('p', {}, plain(check.message, 600)),
    shown ? element('dl', { class: 'versus' }, pair('expected', check.expected), pair('actual', check.actual)) : null,
    check.hint ? element('p', { class: 'muted' }, plain(check.hint, 500)) : null,
  );
}

function pair(name: string, value: unknown): PageElement {
  const shown = element('dd', {}, element('code', {}, plainValue(value, 400)));
  return element('div', {}, element('dt', {}, name), shown);
}
