import { type BenchResult, type BenchRound, type BenchStage, benchPercentiles } from '../../record/bench-result.ts';

type Cell = string | number | boolean | null | undefined;

const percentiles = Object.keys(benchPercentiles) as (keyof typeof benchPercentiles)[];

const columns: [title: string, of: (stage: BenchStage, round: BenchRound) => Cell][] = [
  ['stage', ({ name }) => name],
  ['subject', ({ subject }) => subject],
  ['round', (_, { round }) => round],
  ['model', ({ load }) => load.model],
  ['rate_asked_per_s', ({ load }) => (load.model === 'open' ? load.rate : undefined)],
  ['connections', ({ load }) => (load.model === 'scenario' ? undefined : load.connections)],
  ['from_ms', (_, { fromMs }) => fromMs],
  ['to_ms', (_, { toMs }) => toMs],
  ['warm_up_ms', (_, { warmUpMs }) => warmUpMs],
  ['planned', (_, { planned }) => planned],
  ['sent', (_, { sent }) => sent],
  ['unsent', (_, { unsent }) => unsent],
  ['ok', (_, { ok }) => ok],
  ['failed', (_, { failed }) => failed],
  ['unanswered', (_, { unanswered }) => unanswered],
  ['measured', (_, { measured }) => measured],
  ['rate_per_s', (_, { ratePerS }) => ratePerS],
  ['min_ms', (_, { latencyMs }) => latencyMs.min],
  ['mean_ms', (_, { latencyMs }) => latencyMs.mean],
  ...percentiles.map((name): (typeof columns)[number] => [`${name}_ms`, (_, { latencyMs }) => latencyMs[name]]),
  ['max_ms', (_, { latencyMs }) => latencyMs.max],
  ['late_p99_ms', (_, { lateMs }) => lateMs.p99],
  ['late_max_ms', (_, { lateMs }) => lateMs.max],
  ['wait_p99_ms', (_, { waitMs }) => waitMs.p99],
  ['bytes', (_, { bytes }) => bytes],
  ['limited_by', (_, { limitedBy }) => limitedBy],
  ['generator_limited', (_, { generatorLimited }) => generatorLimited],
];

/** A line for each round of each stage, with a head (RFC 4180); an empty field is not known, or none. */
export function benchCsv({ stages }: BenchResult): string {
  const rows = stages.flatMap((stage) => stage.rounds.map((round) => columns.map(([, of]) => field(of(stage, round)))));
  return [columns.map(([title]) => title), ...rows].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** Names of steps are somebody's: what a spreadsheet would take for a formula is text. */
function field(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
