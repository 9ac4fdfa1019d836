import type { Trend, TrendSeries } from '../../../../record/trend.ts';
import { glyphsPlugin } from '../../../charts/glyphs.ts';
import { type PageElement, page } from '../../../html/page/browser.ts';
import { type ColumnHead, element, row, scrollingTable, section } from '../../../html/page/element.ts';
import { Figures } from '../../../html/page/figures.ts';
import { plain } from '../../../plain.ts';
import { measureName, valueText } from '../../effect/words.ts';
import { changeSentences, dateText, nothingText, runsText } from '../words.ts';
import { latencyOverRuns, rateOverRuns } from './charts.ts';

const data = page.document.getElementById('result');
const main = page.document.getElementById('report');
if (data && main) {
  const trend = JSON.parse(data.textContent ?? '') as Trend;
  const figures = new Figures(glyphsPlugin);
  const parts = [...trend.series.map((series, index) => seriesSection(series, index, figures)), skipped(trend)];
  main.replaceChildren(...parts.filter((part) => part !== null));
  void figures.draw();
}

function seriesSection(series: TrendSeries, index: number, figures: Figures): PageElement | null {
  const changes = changeSentences(series);
  const told =
    changes.length === 0
      ? element('p', {}, nothingText(series))
      : element(
          'ul',
          { class: 'sentences' },
          ...changes.map(({ text, worse }) => element('li', {}, `${worse ? 'Worse' : 'Better'}: ${text}.`)),
        );
  return section(
    `series-${index}`,
    plain(series.name, 200),
    element('p', { class: 'muted' }, `${runsText(series)}; ${plain(series.environment, 200)}`),
    told,
    figures.figure({ ...rateOverRuns, id: `rate-${index}` }, series),
    figures.figure({ ...latencyOverRuns, id: `latency-${index}` }, series),
    series.measures.length === 0 ? null : element('details', {}, element('summary', {}, 'All runs'), runsTable(series)),
  );
}

function runsTable({ measures }: TrendSeries): PageElement {
  const heads: ColumnHead[] = [
    { title: 'run' },
    { title: 'began' },
    ...measures.map((measure) => ({ title: measureName(measure), number: true })),
  ];
  const rows = (measures[0]?.points ?? [])
    .toReversed()
    .map(({ run, startedAt }) =>
      row(heads, [
        plain(run, 100),
        dateText(startedAt),
        ...measures.map(({ points, unit }) =>
          valueText(points.find((point) => point.run === run)?.value ?? null, unit),
        ),
      ]),
    );
  return scrollingTable('All runs', heads, rows);
}

function skipped({ skipped }: Trend): PageElement | null {
  const items = skipped.map(({ run, why }) => element('li', {}, `${plain(run, 100)}: ${plain(why, 300)}`));
  return section('skipped', 'Left out', items.length > 0 ? element('ul', { class: 'sentences' }, ...items) : null);
}
