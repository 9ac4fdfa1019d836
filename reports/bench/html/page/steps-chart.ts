import type { ChartConfiguration } from 'chart.js';
import { gridStyle } from '../../../charts/axis.ts';
import type { ChartOf } from '../../../charts/chart.ts';
import { frameOf } from '../../../charts/frame.ts';
import { lanePx } from '../../../charts/lanes.ts';
import { lineOf, pale } from '../../../charts/look.ts';
import { logarithmic, millisecondsAxis } from '../../../charts/milliseconds-axis.ts';
import { counted, duration } from '../../../words.ts';
import type { BenchPage, StagePage } from '../model.ts';

const most = 40;

/** Of a scenario the latency of each step: a bar from the median to p99, and on to the slowest. */
export const latencyBySteps: ChartOf<BenchPage> = {
  id: 'steps',
  title: 'Latency by step',
  has: (page) => stepsOf(page).length > 0,
  note: (page) => {
    const all = page.stages.filter(isStep).length;
    return `from the median to p99, pale to the slowest${all > most ? `; the first ${most} of ${counted(all, 'step')}` : ''}`;
  },
  height: (page) => stepsOf(page).length * lanePx + 60,
  config: (page, look) => {
    const steps = stepsOf(page).map((step) => ({ ...step, ...reachOf(step) }));
    const frame = frameOf(look, 'Latency by step', []);
    const bars = (from: 'p50' | 'p99', to: 'p99' | 'slowest', color: string) => ({
      label: `${from} to ${to}`,
      data: steps.map((step, y) => ({ x: [logarithmic(step[from]), logarithmic(step[to])], y })),
      barThickness: 12,
      minBarLength: 2,
      grouped: false,
      backgroundColor: color,
    });
    return {
      type: 'bar',
      data: {
        labels: steps.map((_, index) => index),
        datasets: [bars('p50', 'p99', lineOf(look, 0)), bars('p99', 'slowest', pale(lineOf(look, 0), 0.3))],
      },
      options: {
        ...frame,
        indexAxis: 'y',
        interaction: { mode: 'nearest', intersect: true },
        scales: {
          x: {
            ...gridStyle(look),
            ...millisecondsAxis(
              steps.flatMap(({ p50, slowest }) => [p50, slowest]),
              look,
            ),
          },
          y: { display: false, offset: true },
        },
        plugins: {
          ...frame.plugins,
          lanes: {
            look,
            lanes: steps.map(({ name, p50, p99, slowest }) => ({
              label: name,
              note: [p50, p99, slowest].map(duration).join(' · '),
            })),
          },
          tooltip: { enabled: false },
        },
      },
    } as unknown as ChartConfiguration;
  },
  tell: (page) =>
    stepsOf(page)
      .map((step) => {
        const { p50, p99, slowest } = reachOf(step);
        return `${step.name}: half within ${duration(p50)}, 99 % within ${duration(p99)}, all within ${duration(slowest)}.`;
      })
      .join(' '),
};

function isStep({ part, summary }: StagePage): boolean {
  return part === 'step' && summary.allLatencyMs.p50 !== null;
}

function stepsOf({ stages }: BenchPage): StagePage[] {
  return stages.filter(isStep).slice(0, most);
}

/** Of fewer than a hundred answers the slowest is the 99th percentile too. */
function reachOf({ summary }: StagePage): { p50: number; p99: number; slowest: number } {
  const { p50, p99, max } = summary.allLatencyMs;
  const slowest = max ?? p99 ?? p50 ?? 0;
  return { p50: p50 ?? slowest, p99: p99 ?? slowest, slowest };
}
