import type { Trend, TrendMeasure, TrendSeries } from '../../../record/trend.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { table } from '../../terminal/table.ts';
import { wrap } from '../../terminal/width.ts';
import { measureName, valueText } from '../effect/words.ts';
import { changeSentences, dateText, nothingText, runsText } from './words.ts';

const levels = '▁▂▃▄▅▆▇█';
const mostPoints = 40;

/** Each series as a table of its measures, with a line of small bars, and the changes in words. */
export function trendLines(trend: Trend, screen: Screen): string[] {
  const { colors, columns } = screen;
  const paragraph = (text: string) => wrap(text, columns - 1);
  return [
    ...trend.series.flatMap((series) => [...seriesLines(series, screen), '']),
    ...trend.skipped
      .slice(0, 10)
      .flatMap(({ run, why }) => paragraph(`Left out: ${plain(run, 80)}, ${plain(why, 200)}`).map(colors.dim)),
    ...(trend.skipped.length > 10 ? [colors.dim(`and ${trend.skipped.length - 10} more`)] : []),
  ];
}

function seriesLines(series: TrendSeries, { colors, columns }: Screen): string[] {
  const { name, environment, measures } = series;
  const side = 'right' as const;
  const titles = [
    { title: '' },
    { title: 'first', side },
    { title: 'last', side },
    { title: 'least', side, optional: 1 },
    { title: 'most', side, optional: 2 },
    { title: 'over time' },
  ];
  const rows = measures.map((measure) => {
    const values = measure.points.map(({ value }) => value);
    const told = [values[0], values.at(-1), Math.min(...values), Math.max(...values)];
    return [measureName(measure), ...told.map((value) => valueText(value ?? null, measure.unit)), sparkline(measure)];
  });
  const changes = changeSentences(series);
  const from = measures[0]?.points[0]?.startedAt;
  const to = measures[0]?.points.at(-1)?.startedAt;
  const when = from === undefined || to === undefined ? '' : `, ${dateText(from)} to ${dateText(to)}`;
  return [
    ...wrap(plain(name, 200), columns - 1).map(colors.bold),
    ...wrap(`${runsText(series)}${when}; ${plain(environment, 200)}`, columns - 1).map(colors.dim),
    ...(rows.length === 0
      ? []
      : table(titles, rows, columns - 3, {
          title: (line) => `  ${colors.dim(line)}`,
          row: (line) => `  ${line}`,
        })),
    ...(changes.length === 0 ? [colors.dim(`  ${nothingText(series)}`)] : []),
    ...changes.flatMap(({ text, worse }) =>
      wrap(`${worse ? 'worse' : 'better'}: ${text}`, columns - 5).map(
        (line, index) => `  ${(worse ? colors.red : colors.green)(`${index === 0 ? '▲ ' : '  '}${line}`)}`,
      ),
    ),
  ];
}

/** The last ones, between the least and the greatest; a change is a bar between two. */
function sparkline({ points, changes }: TrendMeasure): string {
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const from = Math.max(0, values.length - mostPoints);
  return values
    .map((value, index) => {
      const level = most === least ? 3 : Math.round(((value - least) / (most - least)) * (levels.length - 1));
      return `${changes.some(({ at }) => at === index) ? '|' : ''}${levels[level] ?? ''}`;
    })
    .slice(from)
    .join('');
}
