import type { Effect } from '../../../../record/effect.ts';
import { runVerdicts } from '../../../../record/effect-names.ts';
import type { PageElement } from '../../../html/page/browser.ts';
import { badge, type ColumnHead, element, row, scrollingTable, section } from '../../../html/page/element.ts';
import { environmentFacts } from '../../../machine-words.ts';
import { plain } from '../../../plain.ts';
import { count, duration, percent } from '../../../words.ts';
import { boundsText, confidenceText, measureName, signed, valueText } from '../../effect/words.ts';
import { rateText } from '../../words.ts';
import type { BenchPage } from '../model.ts';

const right = (title: string): ColumnHead => ({ title, number: true });

export function effectTable(effect: Effect): PageElement {
  const bounds = confidenceText(effect);
  const heads: ColumnHead[] = [
    { title: 'measure' },
    ...['baseline', 'candidate', 'typical block', `within (${bounds})`, 'over all', `within (${bounds})`].map(right),
    { title: 'verdict' },
  ];
  const rows = effect.measures.map((measure) => {
    const { unit, typical, overall, decides, verdict } = measure;
    return row(heads, [
      plain(measureName(measure), 80),
      valueText(measure.baseline, unit),
      valueText(measure.candidate, unit),
      typical === null ? '-' : signed(typical.estimate),
      boundsText(typical),
      overall === null ? '-' : signed(overall.estimate),
      boundsText(overall),
      decides ? worded(verdict) : element('span', { class: 'muted' }, `${verdict}, told only`),
    ]);
  });
  const sides = (['candidate', 'baseline'] as const).map((side) => {
    const { name, ok, failed, processes = [] } = effect[side];
    const cpu = processes.length === 0 ? '' : `; CPU time of ${processes.map((each) => plain(each, 60)).join(', ')}`;
    return element('p', {}, `${side}: ${plain(name, 300)}, ${count(ok)} good answers, ${count(failed)} failed${cpu}`);
  });
  const how = element(
    'details',
    {},
    element('summary', {}, 'How this was found'),
    element('ul', { class: 'sentences' }, ...effect.method.map((line) => element('li', {}, plain(line, 500)))),
  );
  return element('div', {}, ...sides, scrollingTable('Measures', heads, rows), noise(effect), how);
}

/** A verdict in the looks of a run's, with its own word. */
function worded(verdict: Effect['verdict']): PageElement {
  return element('span', { class: `badge ${runVerdicts[verdict]}` }, verdict);
}

function noise({ noise, tolerance }: Effect): PageElement {
  const apart = Object.entries(noise).map(
    ([name, share]) => `${measureName({ name: name as Effect['measures'][number]['name'] })} ${percent(share)}`,
  );
  const text =
    apart.length === 0
      ? 'The noise is not known.'
      : `Two blocks of the same target lie so far apart: ${apart.join(', ')}.`;
  return element('p', { class: 'muted' }, `${text} A change up to ${percent(tolerance)} is none.`);
}

export function objectives({ bench }: BenchPage): PageElement | null {
  const looks = { held: 'pass', broken: 'fail', 'cannot tell': 'inconclusive' } as const;
  const items = bench.objectives.map(({ verdict, message }) =>
    element('li', {}, badge(looks[verdict]), ` ${plain(message, 400)}`),
  );
  return section('objectives', 'Objectives', items.length > 0 ? element('ul', { class: 'checks' }, ...items) : null);
}

export function search({ bench }: BenchPage): PageElement | null {
  if (bench.search === undefined) return null;
  const heads: ColumnHead[] = [right('requests/s'), right('seconds'), { title: 'result' }, { title: 'why' }];
  const rows = bench.search.tried.map(({ rate, seconds, result, message }) =>
    row(heads, [rateText(rate), String(seconds), result, plain(message, 300)]),
  );
  return section(
    'search',
    `The highest rate with ${plain(bench.search.objective, 60)}`,
    element('p', {}, plain(bench.search.message, 400)),
    scrollingTable('Rates that were tried', heads, rows),
  );
}

type Stage = BenchPage['stages'][number];

/** The figures first: on a phone a table is seen from its left. */
const stageColumns: readonly { head: ColumnHead; cell(stage: Stage): string | PageElement }[] = [
  { head: { title: 'stage' }, cell: ({ name }) => name },
  {
    head: right('good/s'),
    cell: ({ summary: { ratePerS } }) => (ratePerS === null ? '-' : rateText(ratePerS.mean)),
  },
  { head: right('sent'), cell: ({ summary }) => count(summary.sent) },
  { head: right('failed'), cell: ({ summary }) => count(summary.failed + summary.unanswered) },
  { head: { title: 'failures' }, cell: ({ failures }) => failures },
  { head: right('p50'), cell: ({ summary }) => duration(summary.allLatencyMs.p50) },
  { head: right('p75'), cell: ({ summary }) => duration(summary.allLatencyMs.p75) },
  { head: right('p90'), cell: ({ summary }) => duration(summary.allLatencyMs.p90) },
  { head: right('p99'), cell: ({ summary }) => duration(summary.allLatencyMs.p99) },
  { head: right('p99.9'), cell: ({ summary }) => duration(summary.allLatencyMs.p999) },
  { head: right('p99.99'), cell: ({ summary }) => duration(summary.allLatencyMs.p9999) },
  { head: right('max'), cell: ({ summary }) => duration(summary.allLatencyMs.max) },
  { head: right('late p99'), cell: ({ summary }) => duration(summary.lateMs.p99) },
  {
    head: { title: 'limit' },
    cell: ({ summary, limit }) => (summary.generatorLimited ? badge('inconclusive') : limit),
  },
  { head: { title: 'load' }, cell: ({ load }) => load },
];

/** A column that says nothing of any stage is left out, and a load that they all have is said once. */
export function stages({ stages }: BenchPage): PageElement | null {
  const loads = new Set(stages.map(({ load }) => load));
  const columns = stageColumns.filter(({ head, cell }) => {
    if (head.title === 'load') return loads.size > 1;
    return stages.some((stage) => !['-', ''].includes(cell(stage) as string));
  });
  const heads = columns.map(({ head }) => head);
  const rows = stages.map((stage) =>
    row(
      heads,
      columns.map(({ cell }) => cell(stage)),
    ),
  );
  const [load] = loads.size === 1 ? loads : [];
  return section(
    'stages',
    'Stages',
    load === undefined ? null : element('p', { class: 'muted' }, load),
    rows.length > 0 ? scrollingTable('Stages', heads, rows) : null,
  );
}

export function notes({ bench }: BenchPage): PageElement | null {
  const items = bench.notes.map((note) => element('li', {}, plain(note, 600)));
  return section('notes', 'To know', items.length > 0 ? element('ul', { class: 'sentences' }, ...items) : null);
}

/** What one needs to know to judge the figures, or to measure again. */
export function aboutTheBench({ bench }: BenchPage): PageElement | null {
  const { noise, environment, plan } = bench;
  const { before, idle, steal } = noise;
  const entries: [string, string][] = [
    ['command', `hitless ${bench.command.join(' ')}`],
    ['began', bench.startedAt],
    ['lasted', duration(bench.durationMs)],
    ['seed', String(bench.seed)],
    ['engine', bench.engine],
    ['rounds', String(plan.rounds)],
    ...(idle === null ? [] : ([['processors idle meanwhile', percent(idle)]] as [string, string][])),
    ...(steal === null ? [] : ([['taken by the host meanwhile', percent(steal)]] as [string, string][])),
    ...(before === null
      ? []
      : ([
          [
            'kept from running before the start',
            `${percent(before.lost)} of the time, for up to ${duration(before.gapMs.max)}`,
          ],
        ] as [string, string][])),
    ...environmentFacts(environment),
  ];
  const items = entries.flatMap(([name, value]) => [
    element('dt', {}, plain(name, 60)),
    element('dd', {}, plain(value, 300)),
  ]);
  return section('about', 'About this bench', element('dl', { class: 'facts' }, ...items));
}
