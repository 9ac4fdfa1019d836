import type { BenchLatency, BenchStage } from '../../../record/bench-result.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { table } from '../../terminal/table.ts';
import { pad, wrap } from '../../terminal/width.ts';
import { bytes, count, counted, duration } from '../../words.ts';
import { failuresText, loadText, rateText, rateWithInterval } from '../words.ts';
import { barLines } from './bars.ts';

const told = [
  ['p50', 'p50'],
  ['p75', 'p75'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['p99.99', 'p9999'],
  ['max', 'max'],
] as const satisfies readonly (readonly [string, keyof BenchLatency])[];

const first = 11;

/** What users of other load generators read at a glance, of one stage. */
export function stageLines(stage: BenchStage, screen: Screen): string[] {
  const { columns, colors } = screen;
  const { rounds, summary, load } = stage;
  const name = plain(stage.subject === undefined ? stage.name : `${stage.name} ${stage.subject}`, 60);
  const line = (title: string, text: string, paint = (words: string) => words) =>
    wrap(text, columns - 1 - first).map((words, index) =>
      paint(`  ${pad(index === 0 ? title : '', first - 2)}${words}`),
    );
  const rate = summary.ratePerS;
  // Answers that came when nothing was planned any more have bytes, but no part in the rate.
  const bytesEach = rounds.reduce((sum, round) => sum + round.bytes, 0) / Math.max(1, summary.ok);
  const bad = summary.failed + summary.unanswered + summary.unsent;
  const failures = bad === 0 ? '' : `: ${failuresText(summary.failures)}`;
  return [
    `${colors.bold(name)}  ${colors.dim(loadText(load))}`,
    ...line('', timeText(stage), colors.dim),
    ...line(
      'rate',
      rate === null ? 'none' : `${rateWithInterval(rate)} good answers/s, ${bytes(rate.mean * bytesEach)}/s`,
      colors.bold,
    ),
    ...line(
      'answers',
      `${count(summary.ok)} good, ${count(summary.failed)} failed${oddText(summary)}${failures}`,
      summary.failed > 0 ? colors.red : undefined,
    ),
    ...latencyLines(stage, screen),
    ...line('late', `${lateText(stage)}`),
    ...line('limit', limitText(stage), summary.generatorLimited ? colors.yellow : undefined),
    ...(summary.measured === 0 ? [] : ['', ...barLines(summary.histogram, columns - 3).map((bar) => `  ${bar}`)]),
  ];
}

function timeText({ rounds, load, summary }: BenchStage): string {
  const seconds = rounds.map(({ fromMs, toMs }) => (toMs - fromMs) / 1000);
  const total = seconds.reduce((sum, each) => sum + each, 0);
  const many = rounds.length === 1 ? '' : ` in ${counted(rounds.length, 'round')}`;
  if (load.model === 'scenario') return `${total.toFixed(1)} s`;
  return `${total.toFixed(1)} s${many}${summary.measured === 0 ? '' : `, ${warmUpText(rounds)}`}`;
}

function warmUpText(rounds: BenchStage['rounds']): string {
  const unsteady = rounds.filter(({ warmUpFound }) => !warmUpFound).length;
  const several = rounds.length > 1;
  if (unsteady > 0) return `no steady state was found${several ? ` in ${unsteady} of them` : ''}`;
  const left = Math.max(...rounds.map(({ warmUpMs }) => warmUpMs));
  if (left === 0) return 'nothing left out as warm-up';
  return `${several ? 'up to' : 'the first'} ${duration(left)}${several ? ' of each' : ''} left out as warm-up`;
}

function oddText({ unanswered, unsent }: BenchStage['summary']): string {
  return [
    ...(unanswered > 0 ? [`, ${count(unanswered)} unanswered`] : []),
    ...(unsent > 0 ? [`, ${count(unsent)} not sent`] : []),
  ].join('');
}

function latencyLines({ summary, rounds }: BenchStage, { columns, colors }: Screen): string[] {
  const { allLatencyMs, latencyMs } = summary;
  const side = 'right' as const;
  const titles = [{ title: 'latency' }, ...told.map(([title]) => ({ title, side }))];
  const values = ['', ...told.map(([, name]) => duration(allLatencyMs[name]))];
  const intervals = told.map(([, name]) => {
    const { mean, low, high } = latencyMs[name] ?? { mean: 0, low: null, high: null };
    return low === null || high === null ? '-' : `± ${duration((high - mean + (mean - low)) / 2)}`;
  });
  const rows = rounds.length === 1 ? [values] : [values, ['', ...intervals]];
  return table(titles, rows, columns - 3, {
    title: (line) => `  ${colors.dim(line)}`,
    row: (line, index) => `  ${index === 0 ? colors.bold(line) : colors.dim(line)}`,
  });
}

function lateText({ summary, load }: BenchStage): string {
  const { p50, p99, max } = summary.lateMs;
  const what = load.model === 'closed' ? 'sender, from an answer to the next request' : 'sender, behind its plan';
  return `${duration(p50)} (p50), ${duration(p99)} (p99), ${duration(max)} (max): ${what}`;
}

function limitText({ rounds }: BenchStage): string {
  return plain(limitedIn(rounds)?.why ?? '', 400);
}

function limitedIn(rounds: BenchStage['rounds']): BenchStage['rounds'][number] | undefined {
  return rounds.find(({ generatorLimited }) => generatorLimited) ?? rounds.at(-1);
}

/** Several stages side by side, a row each. */
export function stageTable(stages: readonly BenchStage[], { columns, colors }: Screen): string[] {
  const side = 'right' as const;
  const titles = [
    { title: 'stage' },
    { title: 'good/s', side },
    { title: 'failed', side },
    { title: 'p50', side },
    { title: 'p90', side, optional: 2 },
    { title: 'p99', side },
    { title: 'p99.9', side, optional: 1 },
    { title: 'max', side },
    { title: 'late p99', side, optional: 3 },
    { title: 'limit', optional: 4 },
  ];
  const rows = stages.map(({ name, subject, summary, rounds }) => [
    plain(subject === undefined ? name : `${name} ${subject}`, 60),
    summary.ratePerS === null ? '-' : rateText(summary.ratePerS.mean),
    count(summary.failed + summary.unanswered),
    ...(['p50', 'p90', 'p99', 'p999', 'max'] as const).map((at) => duration(summary.allLatencyMs[at])),
    duration(summary.lateMs.p99),
    limitedIn(rounds)?.limitedBy ?? '',
  ]);
  return table(titles, rows, columns - 3, {
    title: (line) => `  ${colors.dim(line)}`,
    row: (line, index) => {
      const { failed, unanswered } = stages[index]?.summary ?? { failed: 0, unanswered: 0 };
      return `  ${failed + unanswered > 0 ? colors.red(line) : line}`;
    },
  });
}
