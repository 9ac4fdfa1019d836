import type { Trend, TrendSeries } from '../../../record/trend.ts';
import { escapedMarkdown, markdownCode } from '../../markup.ts';
import { plain } from '../../plain.ts';
import { counted } from '../../words.ts';
import { measureName, valueText } from '../effect/words.ts';
import { changeSentences, dateText, nothingText, runsText } from './words.ts';

const mostSeries = 20;
const mostRows = 30;

/** A folder of benches over time, in Markdown: the changes, then the last runs. */
export function trendMarkdown(trend: Trend): string {
  const shown = trend.series.slice(0, mostSeries).map(seriesText);
  const more = trend.series.length - shown.length;
  return `${[
    `### Trend of ${markdownCode(plain(trend.folder, 200))}`,
    ...shown,
    ...(more > 0 ? [`and ${counted(more, 'other series', 'other series')}`] : []),
    ...(trend.skipped.length > 0 ? [`<sub>${counted(trend.skipped.length, 'bench', 'benches')} left out.</sub>`] : []),
  ].join('\n\n')}\n`;
}

function seriesText(series: TrendSeries): string {
  const { name, environment, measures } = series;
  const changes = changeSentences(series);
  const all = measures[0]?.points ?? [];
  const rows = all.slice(-mostRows).map(({ run, startedAt }) => {
    const values = measures.map(({ points, unit, changes }) => {
      const at = points.findIndex((point) => point.run === run);
      const value = valueText(points[at]?.value ?? null, unit);
      return changes.some((change) => change.at === at) ? `▲ **${value}**` : value;
    });
    return `| ${[markdownCode(plain(run, 80)), dateText(startedAt), ...values].join(' | ')} |`;
  });
  return [
    `#### ${said(name)}`,
    '',
    `${runsText(series)}; ${said(environment)}`,
    '',
    ...(changes.length === 0
      ? [nothingText(series)]
      : changes.map(({ text, worse }) => `- ${worse ? '❌' : '✅'} ${said(text)}`)),
    ...(rows.length === 0
      ? []
      : [
          '',
          `| run | began | ${measures.map(measureName).join(' | ')} |`,
          `|---|---|${measures.map(() => '--:').join('|')}|`,
          ...rows,
        ]),
  ].join('\n');
}

function said(text: string): string {
  return escapedMarkdown(plain(text, 400));
}
