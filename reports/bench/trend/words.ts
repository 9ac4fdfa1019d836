import type { TrendChange, TrendMeasure, TrendSeries } from '../../../record/trend.ts';
import { plain } from '../../plain.ts';
import { measureName, signed, valueText } from '../effect/words.ts';

/** `2026-11-30 14:05` */
export function dateText(startedAt: string): string {
  return plain(startedAt, 40).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2');
}

/** `rate fell by 10 % at run-8 (2026-11-30 14:05): from 1,001/s to 900/s` */
export function changeSentence({ name, unit, points }: TrendMeasure, change: TrendChange): string {
  const { before, after, at } = change;
  const run = points[at];
  const verb = change.change < 0 ? 'fell' : 'rose';
  const size = signed(Math.abs(change.change)).replace('+', '');
  const where = run === undefined ? '' : ` at ${plain(run.run, 80)} (${dateText(run.startedAt)})`;
  return `${measureName({ name })} ${verb} by ${size}${where}: from ${valueText(before, unit)} to ${valueText(after, unit)}`;
}

export function changeSentences({ measures }: TrendSeries): { text: string; worse: boolean }[] {
  return measures.flatMap((measure) =>
    measure.changes.map((change) => ({ text: changeSentence(measure, change), worse: change.worse })),
  );
}

/** How many runs a change takes to be seen at all. */
export const leastRuns = 11;

export function nothingText({ runs, measures }: TrendSeries): string {
  if (measures.length === 0) return 'Nothing to show: there was no good answer, or the generator was the limit.';
  return runs < leastRuns ? `${runs} of the ${leastRuns} runs that it takes to see a change.` : 'No change is seen.';
}
