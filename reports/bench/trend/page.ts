import type { Trend } from '../../../record/trend.ts';
import { jsonInPage } from '../../html/json-in-page.ts';
import { pageModule, selfContainedPage } from '../../html/self-contained.ts';
import { escaped } from '../../markup.ts';
import { plain } from '../../plain.ts';
import { counted } from '../../words.ts';
import { trendText } from './words.ts';

/** The trend of a folder as one file that loads nothing. */
export function trendPage(trend: Trend): string {
  const name = plain(trend.folder, 200);
  const runs = trend.series.reduce((sum, series) => sum + series.runs, 0);
  const head = `<header class="trend"><div class="wide">
<p class="name">Trend of ${escaped(name)}</p>
<h1>${counted(runs, 'run')}</h1>
<p class="why">${escaped(trendText(trend))}</p>
</div></header>`;
  return selfContainedPage({
    title: `Trend of ${name} - hitless`,
    head,
    withoutScript: 'The charts are drawn by the scripts in this page, which are turned off here.',
    footer: 'Made by hitless.',
    data: jsonInPage(trend),
    script: pageModule('./page/page', import.meta.url),
    style: 'header.trend{background:#1f4f86}',
  });
}
