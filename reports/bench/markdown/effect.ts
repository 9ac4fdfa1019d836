import type { Effect } from '../../../record/effect.ts';
import { runVerdicts } from '../../../record/effect-names.ts';
import { markdownMarks } from '../../marks.ts';
import { escapedMarkdown, markdownCode } from '../../markup.ts';
import { plain } from '../../plain.ts';
import { count } from '../../words.ts';
import { boundsText, confidenceText, effectTitles, measureName, signed, valueText } from '../effect/words.ts';

const mostRows = 40;

/** A comparison in Markdown, for a comment below a pull or merge request. */
export function effectMarkdown(effect: Effect): string {
  return `${effectSections(effect).join('\n')}\n`;
}

export function effectSections(effect: Effect): string[] {
  const { verdict, reasons, toConclude, measures, baseline, candidate, tolerance } = effect;
  const bounds = confidenceText(effect);
  const rows = measures.slice(0, mostRows).map((measure) => {
    const { typical, overall, unit, decides } = measure;
    const cells = [
      said(measureName(measure), 80),
      valueText(measure.baseline, unit),
      valueText(measure.candidate, unit),
      typical === null ? '-' : `${signed(typical.estimate)} (${boundsText(typical)})`,
      overall === null ? '-' : `${signed(overall.estimate)} (${boundsText(overall)})`,
      decides ? `**${measure.verdict}**` : `${measure.verdict}, told only`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const side = (title: string, { name, ok, failed }: Effect['baseline']) =>
    `- ${title} ${markdownCode(plain(name, 200))}: ${count(ok)} good answers, ${count(failed)} failed`;
  return [
    '<!-- hitless:compare -->',
    `### ${markdownMarks[runVerdicts[verdict]]} ${effectTitles[verdict]}`,
    '',
    ...reasons.slice(0, 6).map((reason) => `- ${said(reason, 800)}`),
    ...(toConclude.length === 0 ? [] : ['', `**To find out: ${said(toConclude.join('; '), 800)}.**`]),
    '',
    side('candidate', candidate),
    side('baseline', baseline),
    '',
    `| measure | baseline | candidate | typical (${bounds}) | over all (${bounds}) | verdict |`,
    '|---|--:|--:|--:|--:|---|',
    ...rows,
    '',
    `<sub>A change up to ${signed(tolerance).replace('+', '')} is none.</sub>`,
  ];
}

function said(text: string, limit: number): string {
  return escapedMarkdown(plain(text, limit));
}
