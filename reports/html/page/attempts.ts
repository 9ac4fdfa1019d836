import { appTraffic } from '../../../record/lane-roles.ts';
import type { Result } from '../../../record/result.ts';
import { plain } from '../../plain.ts';
import { count, moment } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { type ColumnHead, element, row, scrollingTable, section } from './element.ts';

type FailedAttempt = Result['failures'][number];

const heads: readonly ColumnHead[] = [
  { title: 'sent', number: true },
  { title: 'lane' },
  { title: 'class' },
  { title: 'phase' },
  { title: 'detail' },
  { title: 'replica' },
  { title: 'version' },
  { title: 'step' },
  { title: 'request' },
  { title: 'id' },
];

/** The failed attempts, to be looked through: by lane, by class, by any word. */
export function attempts(result: Result): PageElement | null {
  const { failures, traffic } = result;
  if (failures.length === 0) return null;
  const rows = failures.map((failure) => {
    const cells = cellsOf(failure);
    return { failure, words: [...cells, failure.replica ?? ''].join(' ').toLowerCase(), row: row(heads, cells) };
  });
  const lane = choice(
    'Lane',
    failures.map((failure) => failure.lane),
  );
  const outcome = choice(
    'Class',
    failures.map((failure) => failure.outcome),
  );
  const word = element('input', {
    type: 'search',
    'aria-label': 'Search',
    placeholder: 'any word',
    autocomplete: 'off',
  });
  const shown = element('p', { class: 'muted', role: 'status' });
  const filter = () => {
    const wanted = word.value.trim().toLowerCase();
    let matching = 0;
    for (const { failure, words, row } of rows) {
      const matches =
        (lane.select.value === '' || lane.select.value === failure.lane) &&
        (outcome.select.value === '' || outcome.select.value === failure.outcome) &&
        words.includes(wanted);
      row.hidden = !matches;
      if (matches) matching++;
    }
    shown.textContent = `${count(matching)} of ${count(failures.length)} shown.${cut(result)}`;
  };
  for (const control of [lane.select, outcome.select, word]) control.addEventListener('input', filter);
  filter();
  const controls = element(
    'div',
    { class: 'filter' },
    lane.label,
    outcome.label,
    element('label', {}, 'Search ', word),
  );
  const table = scrollingTable(
    'Failed attempts',
    heads,
    rows.map((each) => each.row),
  );
  table.setAttribute('class', 'scroll tall');
  return section(
    'attempts',
    traffic.some(({ unanswered }) => unanswered > 0) ? 'Failed and unanswered attempts' : 'Failed attempts',
    controls,
    shown,
    table,
  );
}

/** A control lane's failures are in no list of the app's. */
function cut(result: Result): string {
  const { failures } = result;
  const all = appTraffic(result).reduce((sum, lane) => sum + lane.failed + lane.unanswered, 0);
  if (all <= failures.length) return '';
  return ` Of the ${count(all)} requests without a good answer the result lists ${count(failures.length)}; attempts.arrows has them all.`;
}

function choice(title: string, values: readonly string[]) {
  const options = [...new Set(values)].map((value) => element('option', { value }, plain(value, 60)));
  const select = element('select', { 'aria-label': title }, element('option', { value: '' }, 'all'), ...options);
  return { select, label: element('label', {}, `${title} `, select) };
}

function cellsOf(failure: FailedAttempt): string[] {
  const { status } = failure;
  const said = plain(failure.detail ?? '', 200);
  const detail = [status === null ? '' : `status ${status}`, said === String(status) ? '' : said];
  return [
    failure.sentMs === null ? 'never' : moment(failure.sentMs, 3),
    plain(failure.lane, 60),
    failure.outcome,
    failure.phase ?? '',
    detail.filter((each) => each !== '').join(', '),
    plain(failure.pod ?? failure.replica ?? 'not known', 60),
    plain(failure.version ?? '', 30),
    plain(failure.step ?? '', 80),
    plain(`${failure.method} ${failure.path}`, 120),
    plain(failure.id, 60),
  ];
}
