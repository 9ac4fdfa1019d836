import type { Result } from '../../../record/result.ts';
import { bandsPlugin } from '../../charts/bands.ts';
import { reportCharts } from '../../charts/chart.ts';
import { glyphsPlugin } from '../../charts/glyphs.ts';
import { lanesPlugin } from '../../charts/lanes.ts';
import { attempts } from './attempts.ts';
import { page } from './browser.ts';
import { section } from './element.ts';
import { Figures } from './figures.ts';
import { causes, checks, hints, whatHappened } from './findings.ts';
import { numbers } from './numbers.ts';
import { replicas, usage } from './replicas.ts';
import { aboutTheRun, lanes, steps } from './tables.ts';

const data = page.document.getElementById('result');
const main = page.document.getElementById('report');
if (data && main) {
  const result = JSON.parse(data.textContent ?? '') as Result;
  const figures = new Figures(bandsPlugin, glyphsPlugin, lanesPlugin);
  const figure = (id: string) => {
    const chart = reportCharts.find((each) => each.id === id);
    return chart === undefined ? null : figures.figure(chart, result);
  };
  const parts = [
    numbers(result),
    whatHappened(result),
    causes(result),
    hints(result),
    section('timeline', 'Timeline', figure('timeline'), figure('lifelines')),
    checks(result),
    section('shares', 'Replicas', figure('shares')),
    section('latency', 'Latency', figure('latency'), figure('percentiles')),
    usage(result),
    replicas(result),
    attempts(result),
    lanes(result),
    steps(result),
    aboutTheRun(result),
  ];
  main.replaceChildren(...parts.filter((part) => part !== null));
  void figures.draw();
}
