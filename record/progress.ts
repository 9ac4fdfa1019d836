import type { LaneCount } from './facts.ts';

/** How a run is going: what a screen shows while it lasts. */
export interface Progress {
  step: { index: number; count: number; name: string };
  elapsedMs: number;
  /** An estimate; null where there is nothing to estimate from. */
  leftMs: number | null;
  ratePerS: number;
  lanes: readonly ({ lane: string } & LaneCount)[];
  replicas: readonly { pod: string; version: string; phase: string; ready: boolean; routed: boolean }[];
}

/** Who watches a run while it lasts. */
export interface Watcher {
  progress(progress: Progress): void;
  notice(line: string): void;
}
