import type { Result } from '../../../record/result.ts';
import { plain } from '../../plain.ts';
import { bytes, cores, count, counted, duration, moment } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { type ColumnHead, element, row, scrollingTable, section } from './element.ts';

type Usage = NonNullable<Result['usage']>;
type Used = Pick<Usage['byVersion'][number], 'cpuCores' | 'memoryBytes'>;

const usedHeads: readonly ColumnHead[] = ['cores, mean', 'cores, most', 'memory, mean', 'memory, most'].map(
  (title) => ({ title, number: true }),
);
const usageHeads: readonly ColumnHead[] = [
  { title: 'version' },
  { title: 'replicas', number: true },
  { title: 'readings', number: true },
  ...usedHeads,
];

/** What a replica of each version used, side by side; a line where it was not told. */
export function usage({ usage }: Result): PageElement | null {
  if (usage === undefined) return null;
  const rows = usage.byVersion.map((one) =>
    row(usageHeads, [plain(one.version, 60), count(one.replicas), count(one.readings), ...usedCells(one)]),
  );
  const table = rows.length > 0 ? scrollingTable('Resource use by version', usageHeads, rows) : null;
  return section('usage', 'Resource use', table, element('p', { class: 'note' }, wordsOf(usage)));
}

function usedCells({ cpuCores, memoryBytes }: Used): string[] {
  return [cores(cpuCores?.mean), cores(cpuCores?.max), bytes(memoryBytes?.mean), bytes(memoryBytes?.max)];
}

/** Of one replica its peaks alone: with its means a row is wider than the page. */
const peakHeads: readonly ColumnHead[] = usedHeads.filter(({ title }) => title.endsWith('most'));

function peakCells({ cpuCores, memoryBytes }: Used): string[] {
  return [cores(cpuCores?.max), bytes(memoryBytes?.max)];
}

function wordsOf({ source, everyMs, byVersion, blind, missing }: Usage): string {
  if (missing !== undefined) return `Not told: ${plain(missing, 200)}.`;
  const asked = `Of one replica, as ${plain(source, 100)} says it, asked every ${everyMs / 1000} s while there was traffic.`;
  const none = byVersion.length === 0 ? ' No replica lived long enough to be read.' : '';
  const blindMs = blind.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const gaps =
    blind.length === 0 ? '' : ` For ${duration(blindMs)} it did not answer (${plain(blind[0]?.reason ?? '', 200)}).`;
  return asked + none + gaps;
}

const heads: readonly ColumnHead[] = [
  { title: 'replica' },
  { title: 'pod' },
  { title: 'version' },
  { title: 'node' },
  { title: 'answered', number: true },
  { title: 'failed', number: true },
  { title: 'first answer', number: true },
  { title: 'last answer', number: true },
  ...peakHeads,
];
const mostRows = 100;

/** Where each replica was, what it answered and used. Nodes and use are left out where the target knows none. */
export function replicas(result: Result): PageElement | null {
  const hasNodes = result.replicas.some(({ node }) => node !== undefined);
  const hasUse = result.replicas.some(({ used }) => used !== undefined);
  if (!hasNodes && !hasUse) return null;
  const shown = heads.filter((head) => (hasNodes || head.title !== 'node') && (hasUse || !peakHeads.includes(head)));
  const rows = result.replicas.slice(0, mostRows).map((one) => {
    const { name, pod, version, answered, failed, firstMs, lastMs, used } = one;
    return row(shown, [
      plain(name ?? '', 60),
      plain(pod ?? '', 80),
      plain(version ?? '?', 40),
      ...(hasNodes ? [plain(placeOf(one), 100)] : []),
      count(answered),
      count(failed),
      ...[firstMs, lastMs].map((ms) => (ms === null ? '-' : moment(ms))),
      ...(hasUse ? peakCells(used ?? { cpuCores: null, memoryBytes: null }) : []),
    ]);
  });
  const more = result.replicas.length - rows.length;
  const note = more > 0 ? element('p', { class: 'note' }, `${counted(more, 'replica')} more in result.json.`) : null;
  return section('replicas', 'Replicas, one by one', scrollingTable('Replicas, one by one', shown, rows), note);
}

/** `node-2 (eu, eu-b)` */
function placeOf({ node = '', zone, region }: Result['replicas'][number]): string {
  const around = [region, zone].filter((word) => word !== undefined).join(', ');
  return around === '' ? node : `${node} (${around})`;
}
