import type { Chart, ChartConfiguration } from 'chart.js';
import type { Change, Effect, EffectMeasure } from '../../../../record/effect.ts';
import { gridStyle, tickStyle } from '../../../charts/axis.ts';
import type { ChartOf } from '../../../charts/chart.ts';
import { frameOf } from '../../../charts/frame.ts';
import { type Look, pale } from '../../../charts/look.ts';
import { boundsText, confidenceText, measureName, signed } from '../../effect/words.ts';

/** Nothing gets less by more than all of it. */
const mostFall = 1;

interface Row {
  measure: EffectMeasure;
  kind: 'typical' | 'overall';
  change: Change;
}

/** Each measure's change with its interval, on one axis with the tolerance: what lies beyond it is a change. */
export const effectChart: ChartOf<Effect> = {
  id: 'effect',
  title: 'Change by measure',
  has: (effect) => rowsOf(effect).length > 0,
  note: (effect) => `intervals of ${confidenceText(effect)}; shaded: within the tolerance`,
  height: (effect) => 90 + 26 * rowsOf(effect).length,
  config: effectConfig,
  tell: (effect) =>
    `How the candidate differs from the baseline. ${rowsOf(effect)
      .map(
        ({ measure, kind, change }) => `${nameOf(measure, kind)}: ${signed(change.estimate)}, ${boundsText(change)}.`,
      )
      .join(' ')} A change up to ${signed(effect.tolerance)} either way is none.`,
};

function rowsOf({ measures }: Effect): Row[] {
  return measures.flatMap((measure) =>
    (['typical', 'overall'] as const).flatMap((kind) => {
      const change = measure[kind];
      return change === null ? [] : [{ measure, kind, change }];
    }),
  );
}

function nameOf(measure: EffectMeasure, kind: Row['kind']): string {
  return `${measureName(measure)}, ${kind === 'typical' ? 'typical' : 'over all'}`;
}

function effectConfig(effect: Effect, look: Look): ChartConfiguration {
  const rows = rowsOf(effect);
  const colorOf = ({ measure }: Row) => {
    if (!measure.decides) return look.unknown;
    return measure.verdict === 'worse'
      ? look.failed
      : (look.lines[measure.verdict === 'better' ? 2 : 0] ?? look.unknown);
  };
  const labels = rows.map(({ measure, kind }) => nameOf(measure, kind));
  // One wild interval would press all others into a line.
  const typicalReach = rows.filter(({ measure }) => measure.decides).map(reach);
  const reached = Math.max(effect.tolerance * 2, ...(typicalReach.length > 0 ? typicalReach : rows.map(reach)));
  const step = stepFor(reached);
  const most = Math.ceil(reached / step) * step;
  const least = -Math.min(most, mostFall);
  const frame = frameOf(look, 'Change by measure', []);
  const keep = (share: number) => Math.max(least, Math.min(most, share)) * 100;
  return {
    type: 'bar',
    data: {
      labels,
      datasets: [
        {
          label: 'interval',
          data: rows.map(({ change }) => [keep(change.low), keep(change.high)] as [number, number]),
          backgroundColor: rows.map((row) => pale(colorOf(row), 0.35)),
          borderColor: rows.map(colorOf),
          borderWidth: { left: 2, right: 2 },
          borderSkipped: false,
          barThickness: 12,
        },
      ],
    },
    options: {
      ...frame,
      indexAxis: 'y',
      interaction: { mode: 'nearest', axis: 'y', intersect: false },
      scales: {
        x: {
          min: least * 100,
          max: most * 100,
          ...gridStyle(look),
          afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
            const first = Math.ceil(least / step);
            const count = Math.round(most / step) - first + 1;
            scale.ticks = Array.from({ length: count }, (_, index) => ({ value: (first + index) * step * 100 }));
          },
          ticks: {
            ...tickStyle(look),
            maxRotation: 0,
            padding: 6,
            autoSkipPadding: 10,
            callback: (value: unknown) => signed(Number(value) / 100),
          },
        },
        y: {
          grid: { display: false },
          border: { display: false },
          ticks: { ...tickStyle(look), autoSkip: false, crossAlign: 'far' },
        },
      },
      plugins: {
        ...frame.plugins,
        tooltip: {
          ...frame.plugins?.tooltip,
          callbacks: {
            label: ({ dataIndex }: { dataIndex: number }) => {
              const row = rows[dataIndex];
              return row === undefined ? '' : ` ${signed(row.change.estimate)} (${boundsText(row.change)})`;
            },
          },
        },
      },
    },
    plugins: [
      toleranceBand(effect.tolerance, look),
      estimates(
        rows.map(({ change }) => keep(change.estimate)),
        rows.map((row) => (row.measure.decides ? colorOf(row) : look.text)),
      ),
    ],
  } as unknown as ChartConfiguration;
}

/** A distance between ticks that is read easily, three to eight of them to the end: 0.1, 0.2, 0.5, 1, ... */
function stepFor(reached: number): number {
  const power = 10 ** Math.floor(Math.log10(reached / 3));
  const digit = [5, 2, 1].find((each) => each * power <= reached / 3) ?? 1;
  return digit * power;
}

function reach({ change }: Row): number {
  return Math.max(Math.abs(change.low), Math.abs(change.high));
}

function toleranceBand(tolerance: number, look: Look) {
  return {
    id: 'tolerance',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }: Chart) => {
      const x = scales.x;
      if (x === undefined) return;
      const [from, zero, to] = [(1 / (1 + tolerance) - 1) * 100, 0, tolerance * 100].map((value) =>
        x.getPixelForValue(value),
      ) as [number, number, number];
      ctx.save();
      ctx.fillStyle = look.band;
      ctx.fillRect(from, chartArea.top, to - from, chartArea.bottom - chartArea.top);
      ctx.strokeStyle = look.muted;
      ctx.beginPath();
      ctx.moveTo(zero, chartArea.top);
      ctx.lineTo(zero, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

function estimates(values: readonly number[], colors: readonly string[]) {
  return {
    id: 'estimates',
    afterDatasetsDraw: (chart: Chart) => {
      const { ctx, scales } = chart;
      const bars = chart.getDatasetMeta(0).data;
      ctx.save();
      bars.forEach((bar, index) => {
        ctx.fillStyle = colors[index] ?? '';
        const x = scales.x?.getPixelForValue(values[index] ?? 0) ?? 0;
        ctx.beginPath();
        ctx.arc(x, bar.y, 3.5, 0, 2 * Math.PI);
        ctx.fill();
      });
      ctx.restore();
    },
  };
}
