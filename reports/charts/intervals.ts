import type { Result } from '../../record/result.ts';

/** What was sent within a time, by what came of it. */
export interface Interval {
  /** In ms from the start of traffic. */
  fromMs: number;
  toMs: number;
  byVersion: Record<string, number>;
  failed: number;
}

/** A beat between neighbours that is larger than this share of their mean is seen, and taken for one of the load. */
const visibleBeat = 0.15;
/** Fewer intervals have none. */
const leastForBeat = 8;
/** Two neighbours together take the beat away if no more than this is left of it. */
const beatGone = 1 / 3;

/**
 * The intervals of a run's series as they are drawn. Where a lane sends two requests and three in turn, as 25 a second do
 * in intervals of 100 ms, two are drawn as one. The one in which traffic ended holds fewer requests, which is no fall of
 * the load: it is left out, unless one of them failed.
 */
export function drawnIntervals(result: Result): Interval[] {
  const all = intervalsOf(result);
  const drawn = withoutRest(beats(all.map(totalOf)) ? pairs(all) : all);
  const [before, last] = drawn.slice(-2);
  if (before === undefined || last === undefined || last.failed > 0) return drawn;
  const endsWithin = last.toMs > endMs(result) && totalOf(last) < totalOf(before);
  return endsWithin ? drawn.slice(0, -1) : drawn;
}

/** When the last step was over: then nothing new is sent, and answers are waited for. */
function endMs({ steps, durationMs }: Result): number {
  const lastStepMs = Math.max(0, ...steps.map(({ toMs }) => toMs));
  return lastStepMs > 0 ? Math.min(lastStepMs, durationMs) : durationMs;
}

function intervalsOf({ series }: Result): Interval[] {
  return series.failed.map((failed, index) => {
    const fromMs = series.fromMs + index * series.stepMs;
    const counts = Object.entries(series.byVersion).map(([name, counts]) => [name, counts[index] ?? 0] as const);
    return { fromMs, toMs: fromMs + series.stepMs, byVersion: Object.fromEntries(counts), failed };
  });
}

function withoutRest(intervals: readonly Interval[]): Interval[] {
  return intervals.slice(0, intervals.findLastIndex((interval) => totalOf(interval) > 0) + 1);
}

function totalOf({ byVersion, failed }: Interval): number {
  return Object.values(byVersion).reduce((sum, count) => sum + count, failed);
}

/** Whether totals go up and down from one to the next, and pairs of them do not. */
function beats(totals: readonly number[]): boolean {
  const inPairs = totals.flatMap((total, index) => (index % 2 === 1 ? [(total + (totals[index - 1] ?? 0)) / 2] : []));
  const beat = difference(totals);
  return totals.length >= leastForBeat && beat > visibleBeat && difference(inPairs) <= beat * beatGone;
}

/** By how much of their mean neighbours differ, in the middle of all. */
function difference(totals: readonly number[]): number {
  const steps = totals.slice(1).map((total, index) => Math.abs(total - (totals[index] ?? 0)));
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  return mean > 0 ? (steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0) / mean : 0;
}

/** An odd one at the end is drawn as wide as the others. */
function pairs(intervals: readonly Interval[]): Interval[] {
  return intervals.flatMap((interval, index) => {
    if (index % 2 === 1) return [];
    const next = intervals[index + 1];
    const toMs = 2 * interval.toMs - interval.fromMs;
    return [next ? joined(interval, next) : { ...interval, toMs }];
  });
}

function joined(one: Interval, next: Interval): Interval {
  const sums = Object.entries(one.byVersion).map(
    ([name, count]) => [name, count + (next.byVersion[name] ?? 0)] as const,
  );
  return {
    fromMs: one.fromMs,
    toMs: next.toMs,
    byVersion: Object.fromEntries(sums),
    failed: one.failed + next.failed,
  };
}
