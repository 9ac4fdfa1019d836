import type { Result } from '../../record/result.ts';
import { plain } from '../plain.ts';
import type { Screen } from '../screen.ts';
import { counted } from '../words.ts';
import { bullet, indented } from './lines.ts';

const mostLines = 40;

/** Why requests were lost, where the record shows it, and what would mend it. */
export function causes(result: Result, { colors, columns }: Screen): string[] {
  if (result.causes.length === 0) return [];
  const told = result.causes.flatMap((cause) => [
    ...bullet(`${plain(cause.id, 80)}: ${counted(cause.failures, 'failed request')}`, columns),
    ...cause.evidence.flatMap((line) => indented(plain(line, 500), 4, columns)),
    ...cause.excluded.flatMap((line) => indented(`Not ${asPart(plain(line, 500))}`, 4, columns)).map(colors.dim),
    ...(cause.fix === undefined ? [] : fix(cause.fix, columns)),
  ]);
  const rest =
    result.unexplained > 0
      ? indented(`Of ${counted(result.unexplained, 'other')} the record does not show why.`, 2, columns)
      : [];
  return [colors.bold('Why'), ...told, ...rest];
}

function asPart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function fix({ summary, patch }: NonNullable<Result['causes'][number]['fix']>, columns: number): string[] {
  const lines = patch?.trimEnd().split('\n') ?? [];
  return [
    ...indented(`What mends it: ${plain(summary, 800)}`, 4, columns),
    // `plain` takes the indentation away, which is a part of it.
    ...lines.slice(0, mostLines).map((line) => `      ${/^ */.exec(line)?.[0] ?? ''}${plain(line, 200)}`),
  ];
}
