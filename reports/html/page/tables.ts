import type { Result } from '../../../record/result.ts';
import { environmentFacts } from '../../machine-words.ts';
import { plain, plainValue } from '../../plain.ts';
import { waysOf } from '../../ways.ts';
import { count, duration, moment, percent } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { badge, type ColumnHead, element, row, scrollingTable, section } from './element.ts';

type LaneTraffic = Result['traffic'][number];

const right = (title: string, cell: (lane: LaneTraffic) => string) => ({ head: { title, number: true }, cell });

const laneColumns: readonly { head: ColumnHead; cell(lane: LaneTraffic): string }[] = [
  { head: { title: 'lane' }, cell: ({ lane }) => plain(lane, 60) },
  { head: { title: 'connections' }, cell: ({ connection }) => plain(connection, 20) },
  right('planned', ({ planned }) => count(planned)),
  right('sent', ({ sent }) => count(sent)),
  right('ok', ({ ok }) => count(ok)),
  right('failed', ({ failed }) => count(failed)),
  right('unanswered', ({ unanswered }) => count(unanswered)),
  right('unsent', ({ unsent }) => count(unsent)),
  right('p50', ({ latencyMs }) => duration(latencyMs.p50)),
  right('p90', ({ latencyMs }) => duration(latencyMs.p90)),
  right('p99', ({ latencyMs }) => duration(latencyMs.p99)),
  right('p99.9', ({ latencyMs }) => duration(latencyMs.p999)),
  right('max', ({ latencyMs }) => duration(latencyMs.max)),
  right('wait p99', ({ waitMs }) => duration(waitMs.p99)),
  right('late p99', ({ lateMs }) => duration(lateMs.p99)),
  right('late max', ({ lateMs }) => duration(lateMs.max)),
];

/** Shown where a lane has any: they take the room in which the sender's lateness is seen. */
const rare = new Set(['unanswered', 'unsent']);

export function lanes(result: Result): PageElement | null {
  const columns = laneColumns.filter(
    ({ head, cell }) => !rare.has(head.title) || result.traffic.some((lane) => cell(lane) !== '0'),
  );
  const heads = columns.map(({ head }) => head);
  const rows = result.traffic.map((lane) =>
    row(
      heads,
      columns.map(({ cell }) => cell(lane)),
    ),
  );
  return section(
    'lanes',
    'Traffic by lane',
    rows.length > 0 ? scrollingTable('Traffic by lane', heads, rows) : null,
    ...waysOf(result).map((way) => element('p', { class: 'note' }, way)),
  );
}

const stepHeads: readonly ColumnHead[] = [
  { title: 'step' },
  { title: 'from', number: true },
  { title: 'to', number: true },
  { title: 'took', number: true },
  { title: 'verdict' },
  { title: 'message' },
];

export function steps(result: Result): PageElement | null {
  const rows = result.steps.map((step) =>
    row(stepHeads, [
      plain(step.name, 100),
      moment(step.fromMs),
      moment(step.toMs),
      duration(step.toMs - step.fromMs),
      badge(step.verdict),
      plain(step.message ?? '', 300),
    ]),
  );
  return section('steps', 'Steps', rows.length > 0 ? scrollingTable('Steps', stepHeads, rows) : null);
}

/** What one needs to know to judge the run, or to repeat it. */
export function aboutTheRun(result: Result): PageElement | null {
  const { scenario, target, power, environment } = result;
  const entries: [string, string][] = [
    ['scenario', `${scenario.name} (${scenario.file})`],
    ['seed', String(scenario.seed)],
    ['target', target.kind],
    ['path', target.path],
    ['traffic began', result.startedAt],
    ['traffic lasted', duration(result.durationMs)],
    ...(target.approximate.length > 0
      ? ([['not as on the real thing', target.approximate.join(', ')]] as [string, string][])
      : []),
    ...Object.entries(target.details ?? {}).map(([name, value]): [string, string] => [name, plainValue(value)]),
    ...powerOf(power),
    ...environmentFacts(environment),
  ];
  const items = entries.flatMap(([name, value]) => [
    element('dt', {}, plain(name, 60)),
    element('dd', {}, plain(value, 300)),
  ]);
  return section('about', 'About this run', element('dl', { class: 'facts' }, ...items));
}

function powerOf({ outageMs, probability, cleanTerminations, rateBound }: Result['power']): [string, string][] {
  const facts: [string, string][] = [];
  if (outageMs !== null)
    facts.push([
      'shortest outage that it would have seen',
      `${duration(outageMs)}${probability === null ? '' : `, with a probability of ${percent(probability)}`}`,
    ]);
  // Where no replica was seen to end there is nothing to count, and of none nothing follows.
  if (rateBound === null) return facts;
  facts.push(['replicas that ended by themselves, without a loss', count(cleanTerminations)]);
  if (cleanTerminations > 0)
    facts.push(['so at most that share of stops loses requests', `${percent(rateBound)} (with 95 % confidence)`]);
  return facts;
}
