import type { Result } from '../../record/result.ts';

/** What was sent within a time, by what came of it. */
export interface Interval {
  /** In ms from the start of traffic. */
  fromMs: number;
  toMs: number;
  /** For how much of it requests were sent. */
  sentForMs: number;
  byVersion: Record<string, number>;
  failed: number;
}

/** A beat between neighbours that is larger than this share of their mean is seen, and taken for one of the load. */
const visibleBeat = 0.15;
/** Two neighbours together take the beat away if no more than this is left of it. */
const beatGone = 1 / 3;

/**
 * The intervals of a run's series as they are drawn. Where a lane sends two requests and three in turn, as 25 a second do
 * in intervals of 100 ms, two are drawn as one. The last, in which traffic ended, counts for as long as it was sent to; a
 * rest of less than half an interval is drawn with the one before it, as the few requests in it make no rate.
 */
export function drawnIntervals(result: Result): Interval[] {
  const all = plainIntervals(result);
  const drawn = withoutRest(beats(all.map(totalOf)) ? pairs(all) : all);
  const [last, before] = [drawn.at(-1), drawn.at(-2)];
  if (last === undefined || before === undefined || last.sentForMs >= (last.toMs - last.fromMs) / 2) return drawn;
  return [...drawn.slice(0, -2), { ...joined(before, last), toMs: before.toMs }];
}

/** At the end answers are waited for and nothing is sent. */
function withoutRest(intervals: readonly Interval[]): Interval[] {
  const last = intervals.findLastIndex((interval) => interval.sentForMs > 0 || totalOf(interval) > 0);
  return intervals.slice(0, last + 1);
}

function plainIntervals({ series, steps, durationMs }: Result): Interval[] {
  const lastStepMs = Math.max(0, ...steps.map(({ toMs }) => toMs));
  const endMs = lastStepMs > 0 ? Math.min(lastStepMs, durationMs) : durationMs;
  return series.failed.map((failed, index) => {
    const fromMs = series.fromMs + index * series.stepMs;
    return {
      fromMs,
      toMs: fromMs + series.stepMs,
      sentForMs: Math.min(series.stepMs, Math.max(0, endMs - fromMs)),
      byVersion: Object.fromEntries(
        Object.entries(series.byVersion).map(([name, counts]) => [name, counts[index] ?? 0]),
      ),
      failed,
    };
  });
}

function totalOf({ byVersion, failed }: Interval): number {
  return Object.values(byVersion).reduce((sum, count) => sum + count, failed);
}

/** Whether totals go up and down from one to the next, and pairs of them do not. */
function beats(totals: readonly number[]): boolean {
  const inPairs = totals.flatMap((total, index) => (index % 2 === 1 ? [(total + (totals[index - 1] ?? 0)) / 2] : []));
  const beat = step(totals);
  return beat > visibleBeat && step(inPairs) <= beat * beatGone;
}

/** By how much of their mean neighbours differ, in the middle of all. */
function step(totals: readonly number[]): number {
  const steps = totals.slice(1).map((total, index) => Math.abs(total - (totals[index] ?? 0)));
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  return mean > 0 ? (steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0) / mean : 0;
}

function pairs(intervals: readonly Interval[]): Interval[] {
  return intervals.flatMap((interval, index) => {
    if (index % 2 === 1) return [];
    const next = intervals[index + 1];
    // The odd one at the end is as wide as the others, and was sent to for a part of that.
    return [next ? joined(interval, next) : { ...interval, toMs: 2 * interval.toMs - interval.fromMs }];
  });
}

function joined(one: Interval, next: Interval): Interval {
  return {
    fromMs: one.fromMs,
    toMs: next.toMs,
    sentForMs: one.sentForMs + next.sentForMs,
    byVersion: Object.fromEntries(
      Object.entries(one.byVersion).map(([name, count]) => [name, count + (next.byVersion[name] ?? 0)]),
    ),
    failed: one.failed + next.failed,
  };
}
