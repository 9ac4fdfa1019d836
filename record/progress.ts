import type { Outcome } from './attempt.ts';
import type { LaneCount } from './facts.ts';

/** How a run is going: what a screen shows while it lasts. */
export interface Progress {
  /** index: from 0; -1 while the run is being prepared. */
  step: { index: number; count: number; name: string };
  /** From the start of traffic, as all times of a result; null before it. */
  trafficMs: number | null;
  /** An estimate; null where there is nothing to estimate from. */
  leftMs: number | null;
  ratePerS: number;
  lanes: readonly LaneProgress[];
  replicas: readonly { pod: string; version: string; phase: string; ready: boolean; routed: boolean }[];
}

export interface LaneProgress extends LaneCount {
  lane: string;
  /** The last request that failed: how, and when; absent while none has. */
  lastFailure?: { outcome: Outcome; trafficMs: number };
}

/** Who watches a run while it lasts. */
export interface Watcher {
  progress(progress: Progress): void;
  notice(line: string): void;
  /** A line that a command of the user's printed. */
  output?(line: string): void;
}
