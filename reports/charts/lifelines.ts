import type { ChartConfiguration, TooltipItem } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { type Life, type LifePhase, livesOf } from '../lives.ts';
import { plain } from '../plain.ts';
import { counted, moment } from '../words.ts';
import { bandsOf } from './bands.ts';
import { frameOf, type Key } from './frame.ts';
import { type Lane, lanePx } from './lanes.ts';
import { colorOf, type Look, pale, versionsOf } from './look.ts';
import { shownTime, timeAxis, valueAxis } from './time-axis.ts';

const most = 40;

/** Thickness and fill tell the phases apart, the colour is the version's. */
const phases: { phase: LifePhase; words: string; thickness: number; fill: number; border: number }[] = [
  { phase: 'starting', words: 'starting', thickness: 4, fill: 1, border: 0 },
  { phase: 'unready', words: 'not ready', thickness: 4, fill: 0.45, border: 0 },
  { phase: 'ready', words: 'ready', thickness: 12, fill: 1, border: 0 },
  { phase: 'terminating', words: 'told to stop', thickness: 12, fill: 0.25, border: 1.5 },
];

/** A lane for each replica's life, on the time axis of the timeline. */
export function lifelinesChart(result: Result, look: Look): ChartConfiguration {
  const lives = shownLives(result);
  const versions = versionsOf(result);
  const datasets = phases.map(({ phase, words, thickness, fill, border }) => {
    const stretches = lives.flatMap((life, index) =>
      life.phases
        .filter((each) => each.phase === phase)
        .map((each) => ({ ...each, index, color: colorOf(life.version, versions, look) })),
    );
    return {
      label: words,
      data: stretches.map(({ fromMs, toMs, index }) => ({ x: [fromMs / 1000, toMs / 1000], y: index })),
      barThickness: thickness,
      grouped: false,
      backgroundColor: stretches.map(({ color }) => pale(color, fill)),
      borderColor: stretches.map(({ color }) => color),
      borderWidth: border,
      borderSkipped: false,
    };
  });
  const bands = bandsOf(result, look);
  const frame = frameOf(look, 'Lives of the replicas', keysOf(lives, versions, look));
  return {
    type: 'bar',
    data: { labels: lives.map((_, index) => index), datasets },
    options: {
      ...frame,
      indexAxis: 'y',
      interaction: { mode: 'nearest', intersect: true },
      scales: {
        x: timeAxis(result, look),
        y: valueAxis(look, { type: 'category', offset: true, ticks: { display: false }, grid: { display: false } }),
      },
      plugins: {
        ...frame.plugins,
        // Labels would stand on the lanes' words; the chart above has them.
        bands: {
          ...bands,
          steps: [],
          blind: [],
          total: [],
          outages: bands.outages.map((each) => ({ ...each, label: '' })),
        },
        lanes: { look, lanes: lives.map(laneOf) },
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            title: (items: TooltipItem<'bar'>[]) => plain(lives[Number(items[0]?.label)]?.pod ?? '', 60),
            label: ({ dataset, raw }: TooltipItem<'bar'>) => {
              const [from, to] = (raw as { x: [number, number] }).x;
              return ` ${dataset.label} from ${from.toFixed(2)} s to ${to.toFixed(2)} s`;
            },
          },
        },
      },
    },
  } as unknown as ChartConfiguration;
}

/** What is before the traffic has no place on its time axis. */
function livesIn(result: Result): Life[] {
  const { fromMs, toMs } = shownTime(result);
  const within = (stretch: { fromMs: number; toMs: number }) => stretch.toMs > fromMs && stretch.fromMs < toMs;
  return livesOf(result, toMs)
    .map((life) => ({ ...life, phases: life.phases.filter(within), routed: life.routed.filter(within) }))
    .filter(({ phases }) => phases.length > 0);
}

function shownLives(result: Result): Life[] {
  return livesIn(result).slice(0, most);
}

export function noteLifelines(result: Result): string {
  const all = livesIn(result).length;
  return all > most ? `the first ${most} of ${all}` : '';
}

function laneOf({ pod, version, phases, routed, end }: Life): Lane {
  const label = [plain(pod, 60), plain(version ?? '', 20), end ?? ''].filter((each) => each !== '').join(' · ');
  return {
    from: (phases[0]?.fromMs ?? 0) / 1000,
    label,
    under: routed.map(({ fromMs, toMs }) => [fromMs / 1000, toMs / 1000]),
  };
}

function keysOf(lives: readonly Life[], versions: readonly string[], look: Look): Key[] {
  const there = (phase: LifePhase) => lives.some((life) => life.phases.some((each) => each.phase === phase));
  const last = [...lives].reverse().find(({ version }) => version !== null);
  const color = colorOf(last?.version ?? null, versions, look);
  const keys: Key[] = [];
  if (there('starting')) keys.push({ label: 'starting', color, shape: 'thin' });
  if (there('unready')) keys.push({ label: 'not ready', color: pale(color, 0.45), shape: 'thin' });
  if (there('ready')) keys.push({ label: 'ready', color });
  if (there('terminating')) keys.push({ label: 'told to stop', color, shape: 'outline' });
  if (lives.some(({ routed }) => routed.length > 0))
    keys.push({ label: 'new connections can reach it', color: look.text, shape: 'line' });
  return keys;
}

export function hasLives(result: Result): boolean {
  return shownLives(result).length > 0;
}

export function lifelineHeight(result: Result): number {
  return shownLives(result).length * lanePx + 84;
}

export function tellLifelines(result: Result): string {
  const all = livesIn(result);
  const lives = shownLives(result);
  const told = lives.slice(0, 12).map(({ pod, version, phases, end }) => {
    const ready = phases.find(({ phase }) => phase === 'ready');
    const stopping = phases.find(({ phase }) => phase === 'terminating');
    const parts = [ready ? `ready at ${moment(ready.fromMs)}` : 'never ready'];
    if (stopping) parts.push(`told to stop at ${moment(stopping.fromMs)}`);
    if (end) parts.push(end);
    return `${plain(pod, 60)}${version === null ? '' : ` (${plain(version, 20)})`}: ${parts.join(', ')}.`;
  });
  const cut = all.length > lives.length ? `; ${lives.length} of ${all.length} are drawn` : '';
  return [`The lives of ${counted(all.length, 'replica')}${cut}.`, ...told].join(' ');
}
