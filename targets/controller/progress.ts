import { nowUs } from '../../record/clock.ts';
import type { Timers } from './timers.ts';

export interface ProgressCounts {
  updated: number;
  old: number;
  ready: number;
  available: number;
}

/**
 * Whether a Deployment makes progress (DeploymentProgressing and DeploymentTimedOut, pkg/controller/deployment): each
 * new replica that is made, turns ready or available, and each old one that goes, starts the deadline anew. Nothing runs
 * out once a rollout was complete, whatever becomes of its replicas.
 */
export class Progress {
  readonly #deadlineSeconds: number;
  readonly #timers: Timers;
  readonly #onDeadline: () => void;
  #counts: ProgressCounts = { updated: 0, old: 0, ready: 0, available: 0 };
  #active = false;
  #stuck = false;
  #cancel: () => void = () => {};

  constructor(deadlineSeconds: number, timers: Timers, onDeadline: () => void) {
    this.#deadlineSeconds = deadlineSeconds;
    this.#timers = timers;
    this.#onDeadline = onDeadline;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  /** A rollout begins. */
  start(): void {
    this.#active = true;
    this.#restart();
  }

  /** Looks at how far it is. */
  observe(counts: ProgressCounts, complete: boolean): void {
    const before = this.#counts;
    this.#counts = counts;
    if (!this.#active) return;
    if (complete) {
      this.#active = false;
      this.#stuck = false;
      this.#cancel();
      return;
    }
    const better =
      counts.updated > before.updated ||
      counts.old < before.old ||
      counts.ready > before.ready ||
      counts.available > before.available;
    if (better) this.#restart();
  }

  #restart(): void {
    this.#stuck = false;
    this.#cancel();
    const untilUs = nowUs() + this.#deadlineSeconds * 1_000_000;
    this.#cancel = this.#timers.after((untilUs - nowUs()) / 1000, () => {
      this.#stuck = true;
      this.#onDeadline();
    });
  }
}
