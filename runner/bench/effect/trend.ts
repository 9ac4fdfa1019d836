import type { BenchEstimate, BenchResult, BenchStage } from '../../../record/bench-result.ts';
import type { MeasureName } from '../../../record/effect.ts';
import type { Trend, TrendChange, TrendMeasure, TrendPoint, TrendSeries } from '../../../record/trend.ts';
import { changePoints } from './change-points.ts';
import type { Kept } from './compare.ts';
import { identityOf } from './differing.ts';
import { units } from './effect.ts';
import { median } from './signed-rank.ts';

const names = ['rate', 'p50', 'p90', 'p99', 'p999'] as const satisfies readonly MeasureName[];

/** What `hitless` itself is may change over time: that is no other series. */
const mayChange = new Set(['hitless']);

/** Kept benches over time: those that measured the same thing on the same machine are a series, in which changes are looked for. Pure. */
export function trendOf(
  benches: readonly Kept<BenchResult>[],
  { folder, tolerance, skipped }: Pick<Trend, 'folder' | 'tolerance' | 'skipped'>,
): Trend {
  const complete = benches.filter(({ result }) => result.complete);
  const cut = benches
    .filter(({ result }) => !result.complete)
    .map(({ name }) => ({ run: name, why: 'it was cut short' }));
  const alike = Map.groupBy(complete, ({ result }) => keyOf(result));
  const series = [...alike.values()].flatMap((runs) => seriesOf(runs, tolerance));
  return {
    schema: 'hitless/trend@1',
    folder,
    tolerance,
    series: series.toSorted((a, b) => b.runs - a.runs),
    skipped: [...skipped, ...cut],
  };
}

function keyOf(bench: BenchResult): string {
  return JSON.stringify(Object.entries(identityOf(bench)).filter(([name]) => !mayChange.has(name)));
}

function seriesOf(runs: readonly Kept<BenchResult>[], tolerance: number): TrendSeries[] {
  const sorted = runs.toSorted((a, b) => Date.parse(a.result.startedAt) - Date.parse(b.result.startedAt));
  const [first] = sorted;
  if (first === undefined) return [];
  const { target, environment } = first.result;
  const places = Map.groupBy(
    sorted.flatMap((run) => run.result.stages.map((stage) => ({ run, stage }))),
    ({ stage }) => (stage.subject === undefined ? stage.name : `${stage.name} ${stage.subject}`),
  );
  return [...places].map(([stage, all]): TrendSeries => {
    const measures = names.map((name): TrendMeasure => {
      const points = all.flatMap(({ run, stage }) => pointOf(run, stage, name));
      return { name, unit: units[name], points, changes: changesOf(name, points, tolerance) };
    });
    return {
      name: `${whatOf(target, all[0]?.stage.subject)} ${all[0]?.stage.name ?? stage}`,
      stage,
      runs: all.length,
      environment: `${environment.cpu ?? 'unknown CPU'}, ${environment.cores ?? '?'} cores, kernel ${environment.kernel ?? '?'}, Node ${environment.node ?? '?'}`,
      measures: measures.filter(({ points }) => points.length > 0),
    };
  });
}

/** What was sent to, and as which of two that took turns. */
function whatOf(
  { scenario, method = 'GET', url = '', against = '' }: BenchResult['target'],
  subject: BenchStage['subject'],
) {
  if (scenario !== undefined) return scenario;
  if (subject === undefined) return `${method} ${url}`;
  return subject === 'A' ? `candidate ${method} ${url}` : `baseline ${method} ${against}`;
}

/** None where it was not measured, or the generator was the limit: that is no level of the server. */
function pointOf(
  { name: run, result }: Kept<BenchResult>,
  { summary }: BenchStage,
  name: (typeof names)[number],
): TrendPoint[] {
  const estimate: BenchEstimate | null | undefined = name === 'rate' ? summary.ratePerS : summary.latencyMs[name];
  if (!estimate || summary.generatorLimited || !(estimate.mean > 0)) return [];
  const { mean, low, high } = estimate;
  return [{ run, startedAt: result.startedAt, value: mean, low, high }];
}

function changesOf(name: MeasureName, points: readonly TrendPoint[], tolerance: number): TrendChange[] {
  const values = points.map(({ value }) => value);
  const found = changePoints(values);
  const ends = [0, ...found.map(({ at }) => at), values.length];
  const level = (from: number, to: number) => median(values.slice(from, to).toSorted((a, b) => a - b));
  return found
    .map(({ at, chance }, index): TrendChange => {
      const before = level(ends[index] as number, at);
      const after = level(at, ends[index + 2] as number);
      const change = after / before - 1;
      return { at, before, after, change, chance, worse: name === 'rate' ? change < 0 : change > 0 };
    })
    .filter(({ change }) => Math.abs(change) > tolerance);
}
