import { nowUs } from '../record/clock.ts';
import type { LaneProgress, Progress, Watcher } from '../record/progress.ts';
import type { Target } from '../targets/target.ts';
import { left } from './estimate.ts';
import type { Scenario, Step } from './scenario/scenario.ts';
import type { LaneCounts, Traffic } from './traffic/traffic.ts';

/** Often enough to look alive, seldom enough to cost nothing. */
const intervalMs = 150;
/** The rate shown is that of about the last second. */
const rateWindowMs = 1000;

/** Tells a watcher how a run is going, until it is stopped. */
export class ProgressTicker {
  readonly #scenario: Scenario;
  readonly #target: Target;
  readonly #watcher: Watcher;
  readonly #sent: { atMs: number; sent: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #step: { step: Step; fromUs: number } | null = null;
  #traffic: { traffic: Traffic; fromUs: number } | null = null;

  constructor(scenario: Scenario, target: Target, watcher: Watcher) {
    this.#scenario = scenario;
    this.#target = target;
    this.#watcher = watcher;
    this.#timer = setInterval(() => this.tick(), intervalMs);
    this.#timer.unref();
  }

  step(step: Step): void {
    this.#step = { step, fromUs: nowUs() };
    this.tick();
  }

  /** From here on there is traffic, and times count from `fromUs`. */
  trafficStarted(traffic: Traffic, fromUs: number): void {
    this.#traffic = { traffic, fromUs };
  }

  tick(): void {
    this.#watcher.progress(this.#snapshot());
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #snapshot(): Progress {
    const now = nowUs();
    const { steps: planned, rollback } = this.#scenario;
    const isBack = (this.#step?.step.index ?? -1) >= planned.length;
    const steps = isBack ? [...planned, ...rollback] : planned;
    const index = this.#step?.step.index ?? -1;
    const inStepMs = this.#step ? (now - this.#step.fromUs) / 1000 : 0;
    const trafficMs = this.#traffic ? Math.max(0, now - this.#traffic.fromUs) / 1000 : null;
    const lanes = (this.#traffic?.traffic.counts() ?? []).map((lane) => laneProgress(lane, trafficMs ?? 0));
    return {
      step: { index, count: steps.length, name: this.#step?.step.name ?? 'prepare' },
      trafficMs,
      leftMs: left(steps, index, inStepMs, this.#target.facts().deployments).usualMs,
      ratePerS: this.#rate(
        now / 1000,
        lanes.reduce((sum, lane) => sum + lane.sent, 0),
      ),
      lanes,
      replicas: this.#target.state().replicas.filter((replica) => replica.phase !== 'exited'),
    };
  }

  #rate(atMs: number, sent: number): number {
    this.#sent.push({ atMs, sent });
    while (this.#sent.length > 2 && atMs - (this.#sent[0]?.atMs ?? 0) > rateWindowMs) this.#sent.shift();
    const first = this.#sent[0];
    if (!first || atMs === first.atMs) return 0;
    return ((sent - first.sent) * 1000) / (atMs - first.atMs);
  }
}

function laneProgress({ lastFailure, inFlight: _, ...counts }: LaneCounts, trafficMs: number): LaneProgress {
  if (lastFailure === undefined) return counts;
  const { outcome, agoMs } = lastFailure;
  return { ...counts, lastFailure: { outcome, trafficMs: Math.max(0, trafficMs - agoMs) } };
}
