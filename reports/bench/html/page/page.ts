import { glyphsPlugin } from '../../../charts/glyphs.ts';
import { lanesPlugin } from '../../../charts/lanes.ts';
import { page } from '../../../html/page/browser.ts';
import { section } from '../../../html/page/element.ts';
import { Figures } from '../../../html/page/figures.ts';
import type { BenchPage } from '../model.ts';
import { effectChart } from './effect-chart.ts';
import { histogram, percentiles } from './latency-charts.ts';
import { numbers } from './numbers.ts';
import { blocks, rates, rounds } from './rate-charts.ts';
import { latencyBySteps } from './steps-chart.ts';
import { aboutTheBench, effectTable, notes, objectives, search, stages } from './tables.ts';

const data = page.document.getElementById('result');
const main = page.document.getElementById('report');
if (data && main) {
  const bench = JSON.parse(data.textContent ?? '') as BenchPage;
  const figures = new Figures(glyphsPlugin, lanesPlugin);
  const { effect } = bench;
  const parts = [
    numbers(bench),
    section(
      'effect',
      'Candidate against baseline',
      effect === null ? null : figures.figure(effectChart, effect),
      effect === null ? null : effectTable(effect),
    ),
    section('blocks', 'Blocks in turn', figures.figure(blocks, bench)),
    objectives(bench),
    search(bench),
    section(
      'latency',
      'Latency',
      figures.figure(percentiles, bench),
      figures.figure(latencyBySteps, bench),
      figures.figure(histogram, bench),
    ),
    section('rates', 'Rate and latency', figures.figure(rates, bench), figures.figure(rounds, bench)),
    stages(bench),
    notes(bench),
    aboutTheBench(bench),
  ];
  main.replaceChildren(...parts.filter((part) => part !== null));
  void figures.draw();
}
