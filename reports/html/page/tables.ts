import type { Result } from '../../../record/result.ts';
import { plain, plainValue } from '../../plain.ts';
import { waysOf } from '../../ways.ts';
import { count, duration, moment, percent } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { badge, type ColumnHead, element, row, scrollingTable, section } from './element.ts';

const laneHeads: readonly ColumnHead[] = [
  { title: 'lane' },
  { title: 'connections' },
  ...[
    'planned',
    'sent',
    'ok',
    'failed',
    'unanswered',
    'unsent',
    'p50',
    'p90',
    'p99',
    'p99.9',
    'max',
    'wait p99',
    'late p99',
    'late max',
  ].map((title) => ({ title, number: true })),
];

export function lanes(result: Result): PageElement | null {
  const rows = result.traffic.map((lane) =>
    row(laneHeads, [
      plain(lane.lane, 60),
      plain(lane.connection, 20),
      ...[lane.planned, lane.sent, lane.ok, lane.failed, lane.unanswered, lane.unsent].map(count),
      ...[lane.latencyMs.p50, lane.latencyMs.p90, lane.latencyMs.p99, lane.latencyMs.p999, lane.latencyMs.max].map(
        duration,
      ),
      ...[lane.waitMs.p99, lane.lateMs.p99, lane.lateMs.max].map(duration),
    ]),
  );
  return section(
    'lanes',
    'Traffic by lane',
    rows.length > 0 ? scrollingTable('Traffic by lane', laneHeads, rows) : null,
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
    ...Object.entries(environment).map(([name, value]): [string, string] => [name, String(value)]),
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
