import type { Result } from '../record/result.ts';
import { plain } from './plain.ts';

const mostLines = 5;

/** What would make an inconclusive run conclusive, as one sentence; undefined where there is nothing to say. */
export function toConcludeText({ toConclude = [] }: Pick<Result, 'toConclude'>): string | undefined {
  if (toConclude.length === 0) return undefined;
  const shown = toConclude.slice(0, mostLines).map((each) => plain(each, 300));
  const more = toConclude.length - shown.length;
  return `To find out: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** What did not decide because somebody said so, and what was made of an inconclusive run: a sentence each, to stand by the verdict. */
export function policyNotes({ notJudged = [], onInconclusive }: Result): string[] {
  const silenced = notJudged.map(({ check, level, by }) =>
    level === 'off'
      ? `Not judged: ${plain(check, 60)} is off (${plain(by, 120)}).`
      : `${plain(check, 60)} does not decide, it only warns (${plain(by, 120)}).`,
  );
  return onInconclusive === undefined ? silenced : [...silenced, plain(onInconclusive.message, 300)];
}
