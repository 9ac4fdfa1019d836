import type { Trend, TrendChange, TrendMeasure, TrendSeries } from '../../../record/trend.ts';
import { plain } from '../../plain.ts';
import { count, counted } from '../../words.ts';
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

export function nothingText(series: TrendSeries): string {
  if (series.measures.length === 0) return 'Nothing to show: there was no good answer, or the generator was the limit.';
  const there = countedRuns(series);
  return there < leastRuns
    ? `${there} of the ${leastRuns} runs that it takes to see a change.`
    : 'No change is clear enough to be told from chance.';
}

/** Runs that are points of the series. */
function countedRuns({ measures }: TrendSeries): number {
  return Math.max(0, ...measures.map(({ points }) => points.length));
}

/** `13 runs`, and how many of them are no points. */
export function runsText(series: TrendSeries): string {
  const without = series.runs - countedRuns(series);
  const all = counted(series.runs, 'run');
  if (without === 0) return all;
  const which = without === series.runs ? 'all' : count(without);
  return `${all} (${which} without a point: no good answer, or the generator was the limit)`;
}

/** What became of all series together, in a sentence. */
export function trendText({ series }: Pick<Trend, 'series'>): string {
  const changes = series.flatMap(changeSentences);
  const worse = changes.filter((change) => change.worse).length;
  if (changes.length > 0) {
    const bad = worse === 0 ? 'none' : worse === changes.length ? 'all' : count(worse);
    return `${counted(changes.length, 'change')} of level, ${bad} of them for the worse.`;
  }
  return series.some((each) => countedRuns(each) >= leastRuns)
    ? 'No change of level is clear enough to be told from chance.'
    : `Too few runs to see a change of level: it takes ${leastRuns} that measured the same.`;
}

/** A name for each run to stand below it: its day, or its time where all were made on one day, or both where days come twice. */
export function axisTexts(startedAt: readonly string[]): string[] {
  const moments = startedAt.map(dateText);
  const days = moments.map((moment) => moment.slice(0, 10));
  if (new Set(days).size === days.length) return days;
  return moments.map((moment) => (new Set(days).size === 1 ? moment.slice(11) : moment.slice(5)));
}
