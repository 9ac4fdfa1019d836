import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outagesToTell } from '../record/outages.ts';
import type { Result } from '../record/result.ts';
import { tellFailures, tellOutage } from './failures.ts';
import { markdownMarks } from './marks.ts';
import { escapedMarkdown, markdownCode } from './markup.ts';
import { policyNotes, toConcludeText } from './notes.ts';
import { plain } from './plain.ts';
import type { Reporter } from './reporter.ts';
import { count, counted, duration } from './words.ts';

/** A comment on GitHub holds 65,536 characters; with less, a bot can put words of its own around it. */
const mostBytes = 60_000;
const mostListed = 5;
const mostRows = 20;

/** Writes comment.md: a run on a page, for a comment below a pull or merge request. */
export function markdown(): Reporter {
  return {
    name: 'markdown',
    onEnd: (result, folder) => writeFile(join(folder, 'comment.md'), formatMarkdown(result, folder)),
  };
}

/**
 * The run in Markdown: verdict, reasons, checks, lanes, what failed. It starts with a comment that nobody sees, the same
 * for each run of a scenario, so that a bot finds the comment that it wrote before and writes over it.
 */
export function formatMarkdown(result: Result, folder: string): string {
  const sections = [head(result), causes(result), checks(result), lanes(result), losses(result)].filter(
    (lines) => lines.length > 0,
  );
  const end = foot(result, folder).join('\n');
  const kept: string[] = [];
  let room = mostBytes - Buffer.byteLength(end) - 100;
  for (const section of sections.map((lines) => lines.join('\n'))) {
    room -= Buffer.byteLength(section) + 2;
    if (room < 0) break;
    kept.push(section);
  }
  if (kept.length < sections.length) kept.push('More than fits here is in the report.');
  return `${[...kept, end].join('\n\n')}\n`;
}

function marker({ scenario }: Result): string {
  return `<!-- hitless:${scenario.name.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 63)} -->`;
}

function said(text: string, limit = 400): string {
  return escapedMarkdown(plain(text, limit));
}

function head(result: Result): string[] {
  const { verdict, reasons, expectation, complete } = result;
  const name = said(result.scenario.name, 60);
  const shown = reasons.slice(0, mostListed).map((reason) => `- ${said(reason)}`);
  if (reasons.length > mostListed) shown.push(`- and ${reasons.length - mostListed} more`);
  const help = toConcludeText(result);
  const notes = [
    ...(help === undefined ? [] : [`**${said(help, 1000)}**`]),
    ...policyNotes(result)
      .slice(0, 2 * mostListed)
      .map((note) => `**${said(note)}**`),
    ...(expectation === null ? [] : [`The scenario expects the verdict ${expectation.verdict}.`]),
    ...(complete ? [] : ['The run was cut short.']),
  ];
  return [
    marker(result),
    `### ${markdownMarks[verdict]} ${verdict.toUpperCase()}: ${name}`,
    '',
    ...shown,
    ...notes.flatMap((note) => ['', note]),
  ];
}

/** In a line each; the evidence is in the report. */
function causes({ causes }: Result): string[] {
  return causes.slice(0, mostListed).map(({ id, failures, fix }) => {
    const mend = fix === undefined ? '' : ` ${said(fix.summary, 800)}`;
    return `- **${said(id, 80)}**: ${counted(failures, 'failed request')}.${mend}`;
  });
}

function checks(result: Result): string[] {
  const told = result.checks.filter(({ asked, verdict, level }) => asked || verdict === 'warn' || level !== undefined);
  if (told.length === 0) return [];
  const rows = told.slice(0, mostRows).map((check) => {
    const lane = check.lane === null ? '' : ` on ${markdownCode(plain(check.lane, 40))}`;
    const hint = check.verdict === 'inconclusive' && check.hint ? ` To find out: ${said(check.hint, 300)}.` : '';
    return `| ${markdownMarks[check.verdict]} | ${markdownCode(plain(check.name, 60))}${lane} | ${said(check.message)}${hint} |`;
  });
  const more = told.length - rows.length;
  return ['| | check | |', '|---|---|---|', ...rows, ...(more > 0 ? ['', `and ${counted(more, 'check')} more`] : [])];
}

function lanes({ traffic }: Result): string[] {
  if (traffic.length === 0) return [];
  const rows = traffic.slice(0, mostRows).map(({ lane, sent, ok, failed, unanswered, latencyMs }) => {
    const cells = [markdownCode(plain(lane, 40)), ...[sent, ok, failed + unanswered].map(count)];
    return `| ${[...cells, duration(latencyMs.p50), duration(latencyMs.p99)].join(' | ')} |`;
  });
  return ['| lane | sent | ok | failed | p50 | p99 |', '|---|--:|--:|--:|--:|--:|', ...rows];
}

function losses(result: Result): string[] {
  const outages = outagesToTell(result.outages).toSorted((a, b) => b.ms - a.ms);
  const { told, more } = tellFailures(result, mostListed);
  const lines = [
    ...outages.slice(0, mostListed).map((outage) => `- ${said(tellOutage(outage, result), 800)}`),
    ...told.map((each) => `- ${said(each, 800)}`),
    ...(more > 0 ? [`- and ${counted(more, 'other kind')}`] : []),
  ];
  if (lines.length === 0) return [];
  return ['<details><summary>What failed, and when</summary>', '', ...lines, '', '</details>'];
}

function foot({ target, startedAt, durationMs }: Result, folder: string): string[] {
  const facts = [
    `on ${said(target.kind, 40)}`,
    said(startedAt, 40),
    `${duration(durationMs)} of traffic`,
    `files in ${markdownCode(plain(folder, 300))}`,
  ];
  return [`<sub>${facts.join(' · ')}</sub>`];
}
