import type { ChartConfiguration } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { moment } from '../words.ts';
import { gridStyle, tickStyle } from './axis.ts';
import type { Look } from './look.ts';

type Scales = NonNullable<NonNullable<ChartConfiguration['options']>['scales']>;
type Scale = NonNullable<Scales[string]>;

/** The same in all charts over time, so that a moment is at the same place in each. */
const leftPx = 52;

/** What is shown of a run, in ms from the start of traffic: all of the traffic, and steps that went on after it. */
export function shownTime({ durationMs, series, steps }: Result): { fromMs: number; toMs: number } {
  const ends = steps.map(({ toMs }) => toMs);
  const seriesEnd = series.fromMs + series.failed.length * series.stepMs;
  return { fromMs: 0, toMs: Math.max(1, durationMs, seriesEnd, ...ends) };
}

/** Seconds from the start of traffic. */
export function timeAxis(result: Result, look: Look): Scale {
  const { fromMs, toMs } = shownTime(result);
  return {
    type: 'linear',
    min: fromMs / 1000,
    max: toMs / 1000,
    ...gridStyle(look),
    ticks: {
      ...tickStyle(look),
      maxRotation: 0,
      autoSkipPadding: 16,
      padding: 6,
      // The last one is wherever the run ended: it would stand over the one before.
      callback: (value: unknown, index: number, ticks: readonly unknown[]) =>
        index > 0 && index === ticks.length - 1 && Number(value) % 1 !== 0 ? '' : `${Number(value)} s`,
    },
  } as Scale;
}

/** An axis of values, at the left, as wide as in the other charts over time. */
export function valueAxis(look: Look, more: object): Scale {
  return {
    ...gridStyle(look),
    afterFit: (scale: { width: number }) => {
      scale.width = leftPx;
    },
    ...more,
  } as Scale;
}

/** The head of a tooltip: when the interval was, by its middle. */
export function intervalTitle(items: { parsed: { x: number | null } }[]): string {
  return `around ${moment((items[0]?.parsed.x ?? 0) * 1000, 2)}`;
}
