import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appTraffic } from '../../record/lane-roles.ts';
import { outagesToTell } from '../../record/outages.ts';
import type { Result } from '../../record/result.ts';
import { tellFailures, tellOutage } from '../failures.ts';
import { terminalMarks } from '../marks.ts';
import { policyNotes, toConcludeText } from '../notes.ts';
import { plain, plainValue } from '../plain.ts';
import type { Screen } from '../screen.ts';
import { waysOf } from '../ways.ts';
import { count, counted, duration, listed, moment, percent } from '../words.ts';
import { causes } from './causes.ts';
import { bullet, indented } from './lines.ts';
import { table } from './table.ts';
import { widthOf, wrap } from './width.ts';

type Check = Result['checks'][number];

const mostListed = 12;
const mostReplicas = 24;

/** The end of a run, for a terminal: the verdict first, then why, then the numbers; the verdict again, as the first scrolls away. */
export function summary(result: Result, folder: string, screen: Screen): string {
  const sections = [verdict, checks, outages, failures, causes, hints, lanes, replicas, steps];
  const parts = sections.map((section) => section(result, screen)).filter((lines) => lines.length > 0);
  return `${['', ...[...parts, where(result, folder, screen)].map((lines) => `${lines.join('\n')}\n`)].join('\n')}`;
}

function verdict(result: Result, { colors, columns }: Screen): string[] {
  const badge = badgeOf(result);
  const [first = 'No reason is given.', ...more] = result.reasons.map((reason) => plain(reason, 300));
  const name = plain(result.scenario.name, 60);
  const lines = wrap(`${badge}  ${name}: ${first}`, columns - 1);
  lines[0] = (lines[0] ?? '').replace(badge, painted(badge, result, colors));
  for (const reason of more.slice(0, 5)) lines.push(...indented(reason, 2, columns));
  if (more.length > 5) lines.push(`  ... and ${counted(more.length - 5, 'reason')} more`);
  const help = toConcludeText(result);
  if (help !== undefined) lines.push(...wrap(help, columns - 1));
  for (const note of policyNotes(result)) lines.push(...wrap(note, columns - 1).map(colors.yellow));
  const { outageMs } = result.power;
  if (result.verdict === 'pass' && outageMs !== null && outageMs > 0)
    lines.push(...indented(`An outage shorter than ${duration(outageMs)} could have been missed.`, 2, columns));
  if (result.expectation) {
    const { met, verdict: wanted } = result.expectation;
    lines.push(
      colors[met ? 'green' : 'red'](
        met ? `That is the verdict that the scenario expects.` : `The scenario expects ${wanted}.`,
      ),
    );
  }
  if (!result.complete)
    lines.push(
      ...wrap('The run was cut short: what follows is what was seen until then.', columns - 1).map(colors.yellow),
    );
  if (result.target.approximate.length > 0) {
    const not = result.target.approximate.map((word) => plain(word, 40)).join(', ');
    lines.push(...wrap(`Not as on the real thing: ${not}.`, columns - 1).map(colors.dim));
  }
  for (const note of result.target.notes ?? []) lines.push(...wrap(plain(note, 400), columns - 1).map(colors.yellow));
  return lines;
}

function badgeOf({ verdict }: Result): string {
  return `${terminalMarks[verdict].mark} ${verdict.toUpperCase()}`;
}

function painted(badge: string, { verdict }: Result, colors: Screen['colors']): string {
  return colors[terminalMarks[verdict].paint](colors.bold(badge));
}

function checks(result: Result, { colors, columns }: Screen): string[] {
  if (result.checks.length === 0) return [];
  const shown = result.checks.filter(({ asked, verdict }) => asked || verdict !== 'not-applicable');
  const left = result.checks.length - shown.length;
  const names = shown.map(({ name, lane }) => plain(lane === null ? name : `${name} [${lane}]`, 70));
  const width = Math.min(28, Math.max(0, ...names.map(widthOf)));
  const lines = shown.flatMap((check, index) => {
    const { mark, paint } = terminalMarks[check.verdict];
    const name = names[index] ?? '';
    const said = [check.asked || check.verdict !== 'fail' ? '' : 'not asked for: ', plain(check.message, 600)].join('');
    const tall = widthOf(name) > width || columns < 80;
    const first = tall ? 4 : width + 6;
    const text = wrap(said, columns - 1 - first).map((line) => ' '.repeat(first) + line);
    const head = `  ${colors[paint](mark)} ${check.asked ? name : colors.dim(name)}`;
    const body = tall
      ? [head, ...text]
      : [`${head}${' '.repeat(first - 4 - widthOf(name))}${(text[0] ?? '').trimStart()}`, ...text.slice(1)];
    const extra = detail(check).flatMap((line) => indented(line, first, columns));
    return [...body, ...extra.map((line) => colors.dim(line))];
  });
  if (left > 0)
    lines.push(colors.dim(`  ${counted(left, 'check')} that cannot apply ${left === 1 ? 'is' : 'are'} left out`));
  return [colors.bold('Checks'), ...lines];
}

function detail(check: Check): string[] {
  if (check.verdict === 'pass' || check.verdict === 'not-applicable') return [];
  const lines = [`expected: ${plainValue(check.expected)}`, `actual: ${plainValue(check.actual)}`];
  return check.hint ? [...lines, plain(check.hint, 400)] : lines;
}

function outages(result: Result, { colors, columns }: Screen): string[] {
  const outages = outagesToTell(result.outages);
  if (outages.length === 0) return [];
  const longest = outages.toSorted((a, b) => b.ms - a.ms).slice(0, mostListed);
  const told = outages.filter((outage) => longest.includes(outage));
  const lines = told.flatMap((outage) => bullet(tellOutage(outage, result), columns));
  const more = outages.length - told.length;
  if (more > 0) lines.push(`  ... and ${counted(more, 'shorter outage')}`);
  return [colors.bold('Outages'), ...lines];
}

function failures(result: Result, { colors, columns }: Screen): string[] {
  const traffic = appTraffic(result);
  const unanswered = traffic.reduce((sum, lane) => sum + lane.unanswered, 0);
  const failed = traffic.reduce((sum, lane) => sum + lane.failed, unanswered);
  if (failed === 0 && result.failures.length === 0) return [];
  const { title, told, more } = tellFailures(result, mostListed);
  const lines = told.flatMap((each) => bullet(each, columns));
  if (more > 0) lines.push(`  ... and ${counted(more, 'other kind')}; the report has more`);
  if (failed > result.failures.length) {
    const open = `${counted(unanswered, 'request')} had no answer yet when the run ended`;
    const cut = `The result lists ${count(result.failures.length)} of these ${counted(failed, 'request')}.`;
    const notes = unanswered > 0 ? [`${open}.`, ...(failed > unanswered ? [cut] : [])] : [cut];
    lines.push(...notes.flatMap((note) => indented(note, 2, columns)).map(colors.yellow));
  }
  const heading = failed > unanswered ? title : 'Requests without an answer';
  return [...wrap(heading, columns - 1).map(colors.bold), ...lines];
}

/** After what failed, before the numbers; a possibility, and said to be no more. */
function hints({ hints = [] }: Result, { colors, columns }: Screen): string[] {
  if (hints.length === 0) return [];
  const lines = hints.slice(0, mostListed).flatMap(({ message }) => bullet(plain(message, 300), columns));
  const more = hints.length - mostListed;
  if (more > 0) lines.push(`  ... and ${counted(more, 'other')} in result.json`);
  const pages = listed([...new Set(hints.map(({ link }) => plain(link, 120)))]);
  return [
    colors.bold('Worth a look'),
    ...indented('Known to lose requests; that it did so here is not shown.', 2, columns).map(colors.dim),
    ...lines,
    ...indented(`How it is mended: ${pages}`, 2, columns).map(colors.dim),
  ];
}

function lanes(result: Result, { colors, columns }: Screen): string[] {
  if (result.traffic.length === 0) return [colors.bold('Traffic'), '  none: no request was planned'];
  const right = { side: 'right' } as const;
  const rows = result.traffic.map((lane) => [
    plain(lane.lane, 40),
    lane.connection,
    ...[lane.planned, lane.sent, lane.ok, lane.failed, lane.unanswered].map(count),
    ...[lane.latencyMs.p50, lane.latencyMs.p99, lane.latencyMs.max, lane.lateMs.p99].map(duration),
  ]);
  const titles = [
    { title: 'lane' },
    { title: 'connections', optional: 5 },
    { title: 'planned', ...right, optional: 3 },
    { title: 'sent', ...right },
    { title: 'ok', ...right },
    { title: 'failed', ...right },
    { title: 'unanswered', ...right, optional: result.traffic.some((lane) => lane.unanswered > 0) ? 0 : 6 },
    { title: 'p50', ...right, optional: 2 },
    { title: 'p99', ...right },
    { title: 'max', ...right, optional: 1 },
    { title: 'sender late p99', ...right, optional: 4 },
  ];
  const paint = {
    title: (line: string) => `  ${colors.dim(line)}`,
    row: (line: string, index: number) => `  ${(result.traffic[index]?.failed ?? 0) > 0 ? colors.red(line) : line}`,
  };
  const unsent = result.traffic.filter((lane) => lane.unsent > 0);
  const notes = unsent.map(
    (lane) => `${plain(lane.lane, 40)}: ${counted(lane.unsent, 'request')} could not be sent by this machine.`,
  );
  return [
    colors.bold('Traffic'),
    ...table(titles, rows, columns - 3, paint),
    ...notes.flatMap((note) => indented(note, 2, columns)).map(colors.yellow),
    ...waysOf(result).flatMap((way) => indented(way, 2, columns)),
  ];
}

const replacing = new Set(['rollout', 'undo', 'switch']);

/**
 * Without a rollout, as the tutorial counts them: `cat out.txt | sort | uniq -c`, with the name alone. With one, in the
 * order in which they came.
 */
function replicas(result: Result, { colors, columns }: Screen): string[] {
  const answered = result.replicas.filter((replica) => replica.answered > 0 || replica.failed > 0);
  if (answered.length === 0) return [];
  const name = (replica: (typeof answered)[number]) => plain(replica.name ?? replica.pod ?? 'unknown', 40);
  const shown = answered.slice(0, mostReplicas);
  const more =
    answered.length > shown.length ? [`  ... and ${counted(answered.length - shown.length, 'more replica')}`] : [];
  if (!result.steps.some(({ verb }) => replacing.has(verb))) {
    const lines = shown
      .filter((replica) => replica.answered > 0)
      .map((replica) => `${String(replica.answered).padStart(7)} ${name(replica)}`);
    return [colors.bold('Answers by replica'), ...lines.sort((a, b) => compare(a.slice(8), b.slice(8))), ...more];
  }
  const right = { side: 'right' } as const;
  const titles = [
    { title: 'replica' },
    { title: 'pod', optional: 2 },
    { title: 'version' },
    { title: 'answers', ...right },
    { title: 'share', ...right },
    { title: 'failed', ...right },
    { title: 'first', ...right, optional: 1 },
    { title: 'last', ...right, optional: 1 },
  ];
  const rows = shown.map((replica) => [
    name(replica),
    plain(replica.pod ?? '-', 40),
    plain(replica.version ?? '?', 20),
    count(replica.answered),
    percent(replica.share),
    count(replica.failed),
    ...[replica.firstMs, replica.lastMs].map((ms) => (ms === null ? '-' : moment(ms))),
  ]);
  const paint = { title: (line: string) => `  ${colors.dim(line)}`, row: (line: string) => `  ${line}` };
  return [colors.bold('Answers by replica'), ...table(titles, rows, columns - 3, paint), ...more];
}

function steps(result: Result, { colors, columns }: Screen): string[] {
  const bad = result.steps.filter(({ verdict }) => verdict !== 'pass');
  if (bad.length === 0) return [];
  const lines = bad.flatMap((step) => {
    const { mark } = terminalMarks[step.verdict];
    const help = step.hint === undefined ? '' : `; ${plain(step.hint, 300)}`;
    const text = `${mark} ${plain(step.name, 100)}, from ${moment(step.fromMs)} to ${moment(step.toMs)}: ${plain(step.message ?? step.verdict, 600)}${help}`;
    return bullet(text, columns, '');
  });
  return [colors.bold('Steps that did not end well'), ...lines];
}

/** Only what is there is named: another reporter may have failed. */
function where(result: Result, folder: string, { colors }: Screen): string[] {
  const report = join(folder, 'report.html');
  const files = existsSync(report) ? `Report: ${report}` : `The run's files: ${folder}`;
  return [`${painted(badgeOf(result), result, colors)}  ${files}`];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
