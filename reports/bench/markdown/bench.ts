import type { BenchResult, BenchStage } from '../../../record/bench-result.ts';
import { markdownMarks } from '../../marks.ts';
import { escapedMarkdown, markdownCode } from '../../markup.ts';
import { plain } from '../../plain.ts';
import { count, duration } from '../../words.ts';
import { apart } from '../parts.ts';
import { benchEnd } from '../verdict.ts';
import { failuresText, loadText, rateWithInterval } from '../words.ts';
import { effectSections } from './effect.ts';

const mostRows = 40;

/** A bench in Markdown, for a comment below a pull or merge request, or a page in a repository. */
export function benchMarkdown(bench: BenchResult, folder: string): string {
  const name = bench.target.scenario ?? `${bench.target.method ?? ''} ${bench.target.url ?? ''}`.trim();
  const { looks, more } = benchEnd(bench);
  const head =
    bench.effect === undefined
      ? [
          `<!-- hitless:bench -->`,
          `### ${markdownMarks[looks]} bench of ${markdownCode(plain(name, 200))}${more}`,
          '',
          ...bench.reasons.slice(0, 6).map((reason) => `- ${said(reason)}`),
          ...bench.objectives.slice(0, 10).map(({ message }) => `- ${said(message)}`),
          ...(bench.search === undefined ? [] : [`- ${said(bench.search.message)}`]),
        ]
      : effectSections(bench.effect);
  const sections = [head, stages(bench), notes(bench), [foot(bench, folder)]];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function stages({ stages }: BenchResult): string[] {
  const rows = stages.slice(0, mostRows).map(({ summary, load, ...stage }) => {
    const { allLatencyMs: latency } = summary;
    const cells = [
      nameOf(stage),
      said(loadText(load)),
      summary.ratePerS === null ? '-' : rateWithInterval(summary.ratePerS),
      count(summary.failed + summary.unanswered),
      ...[latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(duration),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (rows.length === 0) return [];
  return [
    '| stage | load | good/s | failed | p50 | p90 | p99 | p99.9 | max |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
    ...apart(stages).flatMap(({ summary, ...stage }) =>
      summary.failures.length === 0
        ? []
        : ['', `Failed in ${nameOf(stage)}: ${said(failuresText(summary.failures.slice(0, 10)))}`],
    ),
  ];
}

function nameOf({ name, subject }: Pick<BenchStage, 'name' | 'subject'>): string {
  return subject === undefined ? said(name) : { A: 'candidate', B: 'baseline' }[subject];
}

function notes({ notes }: BenchResult): string[] {
  if (notes.length === 0) return [];
  return ['<details><summary>To know</summary>', '', ...notes.map((note) => `- ${said(note)}`), '', '</details>'];
}

function foot({ startedAt, durationMs, environment, engine }: BenchResult, folder: string): string {
  const facts = [
    said(startedAt),
    duration(durationMs),
    said(`${environment.cpu ?? 'unknown CPU'}, ${environment.cores ?? '?'} cores`),
    said(engine),
    `files in ${markdownCode(plain(folder, 300))}`,
  ];
  return `<sub>${facts.join(' · ')}</sub>`;
}

function said(text: string): string {
  return escapedMarkdown(plain(text, 600));
}
