import type { Chart, ChartConfiguration } from 'chart.js';
import type { TrendMeasure, TrendSeries } from '../../../../record/trend.ts';
import { gridStyle, tickStyle } from '../../../charts/axis.ts';
import type { ChartOf } from '../../../charts/chart.ts';
import { frameOf, type Key } from '../../../charts/frame.ts';
import { dashOf, type Look, lineOf, pale } from '../../../charts/look.ts';
import { logarithmic, millisecondsAxis } from '../../../charts/milliseconds-axis.ts';
import { plain } from '../../../plain.ts';
import { counted, duration } from '../../../words.ts';
import { measureName, valueText } from '../../effect/words.ts';
import { rateText } from '../../words.ts';
import { axisTexts, changeSentence, dateText } from '../words.ts';

export const rateOverRuns: ChartOf<TrendSeries> = {
  id: 'rate',
  title: 'Rate over time',
  has: (series) => ratesOf(series).length > 0,
  note: intervalNote,
  height: () => 260,
  config: (series, look) => config(series, ratesOf(series), look, 'Rate over time'),
  tell: (series) => tell(ratesOf(series)),
};

export const latencyOverRuns: ChartOf<TrendSeries> = {
  id: 'latency',
  title: 'Latency over time',
  has: (series) => latenciesOf(series).length > 0,
  note: intervalNote,
  height: () => 280,
  config: (series, look) => config(series, latenciesOf(series), look, 'Latency over time'),
  tell: (series) => tell(latenciesOf(series)),
};

function ratesOf({ measures }: TrendSeries): TrendMeasure[] {
  return measures.filter(({ name, points }) => name === 'rate' && points.length > 0);
}

function latenciesOf({ measures }: TrendSeries): TrendMeasure[] {
  return measures.filter(({ name, points }) => name !== 'rate' && points.length > 0);
}

function intervalNote({ measures }: TrendSeries): string {
  const changes = measures.some((measure) => measure.changes.length > 0) ? 'a change of level is marked' : '';
  const some = measures.some(({ points }) => points.some(({ low }) => low !== null));
  return [some ? 'shaded: intervals of 95 % over rounds' : '', changes].filter((each) => each !== '').join('; ');
}

function tell(measures: readonly TrendMeasure[]): string {
  return measures
    .map((measure) => {
      const { points, unit, changes } = measure;
      const [first, last] = [points[0], points.at(-1)];
      const told = changes.map((change) => changeSentence(measure, change));
      return `${measureName(measure)} over ${counted(points.length, 'run')}: from ${valueText(first?.value ?? null, unit)} to ${valueText(last?.value ?? null, unit)}; ${told.length === 0 ? 'no clear change of level' : told.join('; ')}.`;
    })
    .join(' ');
}

/** Runs stand at equal distances, in the order of their dates: a week without one is no news. */
function config(series: TrendSeries, measures: readonly TrendMeasure[], look: Look, title: string): ChartConfiguration {
  const isLatency = measures[0]?.unit === 'ms';
  const runs = series.measures.flatMap(({ points }) => points).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const names = [...new Map(runs.map((point) => [point.run, point])).values()];
  const placeOf = new Map(names.map(({ run }, index) => [run, index]));
  const at = (value: number) => (isLatency ? logarithmic(value) : Math.max(0, value));
  const texts = axisTexts(names.map(({ startedAt }) => startedAt));
  const keys: Key[] = measures.map((measure, index) => ({
    label: measureName(measure),
    color: lineOf(look, index),
    shape: 'line',
    dash: dashOf(index),
  }));
  const frame = frameOf(look, title, keys.length > 1 ? keys : []);
  const datasets = measures.flatMap((measure, index) => {
    const line = (value: (point: TrendMeasure['points'][number]) => number | null) =>
      measure.points.map((point) => {
        const y = value(point);
        return { x: placeOf.get(point.run), y: y === null ? null : at(y) };
      });
    const bound = {
      borderWidth: 0,
      pointRadius: 0,
      pointHitRadius: 0,
      backgroundColor: pale(lineOf(look, index), 0.15),
    };
    return [
      {
        label: measureName(measure),
        data: line(({ value }) => value),
        borderColor: lineOf(look, index),
        backgroundColor: lineOf(look, index),
        borderWidth: 2,
        borderDash: dashOf(index),
        pointRadius: measure.points.map((_, i) => (measure.changes.some((change) => change.at === i) ? 6 : 2.5)),
        pointStyle: measure.points.map((_, i) =>
          measure.changes.some((change) => change.at === i) ? 'triangle' : 'circle',
        ),
        pointHitRadius: 8,
      },
      { ...bound, label: 'low', data: line(({ low }) => low), fill: false },
      { ...bound, label: 'high', data: line(({ high }) => high), fill: '-1' },
    ];
  });
  // Of few rounds that lie far apart the lower bound is below nothing, for which a logarithmic axis has no room.
  const values = measures.flatMap(({ points }) => points.flatMap(({ value, high }) => [value, high]));
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...frame,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: -0.5,
          max: Math.max(0.5, names.length - 0.5),
          ...gridStyle(look),
          afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
            scale.ticks = names.map((_, value) => ({ value }));
          },
          ticks: {
            ...tickStyle(look),
            maxRotation: 0,
            autoSkip: true,
            autoSkipPadding: 20,
            padding: 6,
            callback: (value: unknown) => texts[Number(value)] ?? '',
          },
        },
        y: isLatency
          ? {
              ...gridStyle(look),
              ...millisecondsAxis(values, look),
            }
          : {
              ...gridStyle(look),
              grace: '15%',
              ticks: {
                ...tickStyle(look),
                padding: 8,
                maxTicksLimit: 6,
                callback: (value: unknown) => `${rateText(Number(value))}/s`,
              },
            },
      },
      plugins: {
        ...frame.plugins,
        tooltip: {
          ...frame.plugins?.tooltip,
          filter: ({ dataset }: { dataset: { label: string } }) => dataset.label !== 'low' && dataset.label !== 'high',
          callbacks: {
            title: (items: { parsed: { x: number } }[]) => {
              const point = names[items[0]?.parsed.x ?? 0];
              return point === undefined ? '' : `${plain(point.run, 80)}, ${dateText(point.startedAt)}`;
            },
            label: ({ dataset, parsed }: { dataset: { label: string }; parsed: { y: number } }) =>
              ` ${dataset.label}: ${isLatency ? duration(parsed.y) : `${rateText(parsed.y)}/s`}`,
          },
        },
      },
    },
    plugins: [changeLines(measures, placeOf, look)],
  } as unknown as ChartConfiguration;
}

/** A line between two runs, where a level ended. */
function changeLines(measures: readonly TrendMeasure[], placeOf: ReadonlyMap<string, number>, look: Look) {
  return {
    id: 'changes',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }: Chart) => {
      ctx.save();
      ctx.setLineDash([4, 4]);
      for (const { points, changes } of measures)
        for (const { at, worse } of changes) {
          const place = placeOf.get(points[at]?.run ?? '');
          if (place === undefined) continue;
          const x = scales.x?.getPixelForValue(place - 0.5) ?? 0;
          ctx.strokeStyle = worse ? look.failed : (look.lines[2] ?? look.muted);
          ctx.beginPath();
          ctx.moveTo(x, chartArea.top);
          ctx.lineTo(x, chartArea.bottom);
          ctx.stroke();
        }
      ctx.restore();
    },
  };
}
