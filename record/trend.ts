import type { EffectMeasure, MeasureName } from './effect.ts';

/** One run's value of a measure. */
export interface TrendPoint {
  /** The run's folder, as it was found. */
  run: string;
  /** ISO 8601, UTC */
  startedAt: string;
  /** Mean over the rounds. */
  value: number;
  /** Bounds of 95 % over rounds; null with one round. */
  low: number | null;
  high: number | null;
}

/** From this point on it was another level. */
export interface TrendChange {
  /** Index of the first point behind the change. */
  at: number;
  /** Medians of the points up to the change before or after it. */
  before: number;
  after: number;
  /** after / before - 1 */
  change: number;
  /** The probability of so clear a change, had nothing changed. */
  chance: number;
  /** Whether it got slower. */
  worse: boolean;
}

export interface TrendMeasure {
  name: MeasureName;
  unit: EffectMeasure['unit'];
  points: TrendPoint[];
  changes: TrendChange[];
}

/** Runs that measured the same thing under the same circumstances, the oldest first. */
export interface TrendSeries {
  /** `GET http://…/ closed-10` */
  name: string;
  stage: string;
  runs: number;
  /** What these runs have in common and others have not. */
  environment: string;
  measures: TrendMeasure[];
}

/** A folder of kept benches over time, `hitless/trend@1`. */
export interface Trend {
  schema: 'hitless/trend@1';
  folder: string;
  /** A change up to this share is none. */
  tolerance: number;
  series: TrendSeries[];
  /** What lay there and could not be used, and why. */
  skipped: { run: string; why: string }[];
}
