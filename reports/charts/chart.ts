import type { ChartConfiguration } from 'chart.js';
import type { Result } from '../../record/result.ts';
import { latencyChart, tellLatency } from './latency.ts';
import { hasLives, lifelineHeight, lifelinesChart, noteLifelines, tellLifelines } from './lifelines.ts';
import type { Look } from './look.ts';
import { percentilesChart, tellPercentiles } from './percentiles.ts';
import { noteShares, shareHeight, sharesChart, tellShares } from './shares.ts';
import { tellTimeline, timelineChart } from './timeline.ts';

/** A chart of such data: a page draws it live, the server as a picture, both from the same configuration. */
export interface ChartOf<Data> {
  /** Of its picture, charts/ID.png, and its place on the page. */
  id: string;
  title: string;
  /** There is something to draw. */
  has(data: Data): boolean;
  /** What is not drawn of it, or what the eye must know, in a few words; empty where nothing is. */
  note?(data: Data): string;
  /** In CSS pixels. */
  height(data: Data): number;
  config(data: Data, look: Look): ChartConfiguration;
  /** What it shows, in words, for those who do not see it. */
  tell(data: Data): string;
}

export const reportCharts: readonly ChartOf<Result>[] = [
  {
    id: 'timeline',
    title: 'Requests a second',
    has: ({ series }) => series.failed.length > 0,
    note: ({ series: { versionsBy, byVersion } }) =>
      versionsBy === 'platform' && Object.keys(byVersion).some((version) => version !== '?')
        ? 'versions as the platform says'
        : '',
    height: () => 320,
    config: timelineChart,
    tell: tellTimeline,
  },
  {
    id: 'lifelines',
    title: 'Lives of the replicas',
    has: hasLives,
    note: noteLifelines,
    height: lifelineHeight,
    config: lifelinesChart,
    tell: tellLifelines,
  },
  {
    id: 'shares',
    title: 'Answers by replica',
    has: ({ replicas }) => replicas.length > 0,
    note: noteShares,
    height: shareHeight,
    config: sharesChart,
    tell: tellShares,
  },
  {
    id: 'latency',
    title: 'Latency over time',
    has: ({ series }) => series.latency.max.some((ms) => ms !== null),
    height: () => 280,
    config: latencyChart,
    tell: tellLatency,
  },
  {
    id: 'percentiles',
    title: 'Latency by percentile',
    has: ({ percentiles }) => Object.values(percentiles).some((curve) => curve.length > 0),
    height: () => 280,
    config: percentilesChart,
    tell: tellPercentiles,
  },
];
