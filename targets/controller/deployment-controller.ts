import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import type { DeploymentPromise, Event, EventKind } from '../../record/event.ts';
import type { Deployment, PodTemplate } from '../manifest/model.ts';
import type { DeploymentState } from '../target.ts';
import type { Platform } from './platform.ts';
import type { Pod } from './pod.ts';
import { Progress } from './progress.ts';
import { proportionalSizes } from './proportional-scaling.ts';
import { ReplicaSet } from './replica-set.ts';
import { nextSizes } from './rolling-update.ts';
import { promiseOf } from './rounding.ts';

/** Keeps a Deployment's promise: which ReplicaSets it has, and how many pods each should have at this moment. */
export class DeploymentController {
  readonly name: string;
  readonly #manifest: Deployment;
  readonly #platform: Platform;
  readonly #progress: Progress;
  /** Oldest first. The newest revision is the one that is wanted. */
  readonly #sets: ReplicaSet[] = [];
  #replicas: number;
  #rollingOut = false;
  #cancelLook: () => void = () => {};

  constructor(manifest: Deployment, platform: Platform) {
    this.name = manifest.name;
    this.#manifest = manifest;
    this.#replicas = manifest.replicas;
    this.#platform = platform;
    this.#progress = new Progress(manifest.progressDeadlineSeconds, platform.timers, () => this.#onDeadline());
  }

  get promise(): DeploymentPromise {
    return promiseOf(this.#replicas, this.#manifest.strategy);
  }

  get pods(): Pod[] {
    return this.#sets.flatMap((set) => set.pods);
  }

  /** The first creation. */
  apply(): void {
    this.#emit('scaled', { promise: this.promise });
    this.#wanted(this.#manifest.template);
    this.#progress.start();
    this.sync();
  }

  /** As `kubectl set image`: nothing happens where it is the image already. */
  setImage(image: string): void {
    const { template } = this.#current();
    this.#rollOut({ ...template, container: { ...template.container, image } });
  }

  /** As `kubectl rollout undo`: the template of the revision before the current one. */
  undo(): void {
    const current = this.#current();
    const before = this.#sets.filter((set) => set !== current).sort((a, b) => b.revision - a.revision)[0];
    if (before === undefined)
      throw new HitlessError('HITLESS_NO_REVISION', `${this.name} has no revision to go back to`, { blame: 'usage' });
    this.#rollOut(before.template);
  }

  scale(replicas: number): void {
    if (replicas === this.#replicas) return;
    this.#replicas = replicas;
    this.#emit('scaled', { promise: this.promise });
    this.#spreadScale();
    this.sync();
  }

  /** Looks at what there is and does what the rules say next. */
  sync(): void {
    if (this.#sets.length === 0) return;
    if (this.#manifest.strategy.type === 'Recreate') this.#recreate();
    else this.#rollForward();
    for (const set of this.#sets) set.reconcile();
    this.#lookWhenAvailable();
    const { updated, ready, available, total } = this.#counts();
    const complete = updated === this.#replicas && total === updated && available >= this.#replicas;
    this.#progress.observe({ updated, old: total - updated, ready, available }, complete);
    if (!complete || !this.#rollingOut) return;
    this.#rollingOut = false;
    this.#emit('rollout-complete', { revision: this.#current().hash, version: this.#current().version });
  }

  state(): DeploymentState {
    const { updated, ready, available, total } = this.#counts();
    const { hash: revision } = this.#current();
    const state = { name: this.name, revision, promise: this.promise, updated, ready, available };
    if (this.#progress.stuck) return { ...state, progress: 'stuck', reason: this.#explain() };
    // As `kubectl rollout status` decides (DeploymentStatusViewer, k8s.io/kubectl).
    const complete = updated >= this.#replicas && total <= updated && available >= updated;
    return complete
      ? { ...state, progress: 'complete' }
      : { ...state, progress: 'progressing', reason: this.#explain() };
  }

  #current(): ReplicaSet {
    const [newest] = [...this.#sets].sort((a, b) => b.revision - a.revision);
    if (newest === undefined)
      throw new HitlessError('HITLESS_NOT_DEPLOYED', `${this.name} has not been deployed yet`, { blame: 'usage' });
    return newest;
  }

  #rollOut(template: PodTemplate): void {
    const before = this.#current();
    if (this.#wanted(template) === before) return;
    this.#rollingOut = true;
    const { hash: revision, version } = this.#current();
    this.#emit('rollout-started', { promise: this.promise, revision, version });
    this.#progress.start();
    this.sync();
    this.#platform.changed();
  }

  /** Makes the template the newest revision; a set that had it before is used again. */
  #wanted(template: PodTemplate): ReplicaSet {
    const order = this.#sets.length + 1;
    this.#platform.runner.requireImage(template.container.image);
    const made = new ReplicaSet({ deployment: this.name, template, order }, this.#platform);
    const known = this.#sets.find((set) => set.hash === made.hash);
    const set = known ?? made;
    if (known === undefined) this.#sets.push(made);
    const newest = Math.max(0, ...this.#sets.filter((other) => other !== set).map(({ revision }) => revision));
    if (set.revision <= newest) set.revision = newest + 1;
    return set;
  }

  #old(): ReplicaSet[] {
    const current = this.#current();
    return this.#sets.filter((set) => set !== current);
  }

  #rollForward(): void {
    const current = this.#current();
    const { minReadySeconds } = this.#manifest;
    const size = (set: ReplicaSet) => ({ desired: set.desired, available: set.available(minReadySeconds) });
    for (;;) {
      const old = this.#old();
      const next = nextSizes(this.promise, size(current), old.map(size));
      const changed = next.fresh !== current.desired || old.some((set, index) => set.desired !== next.old[index]);
      this.#resize(current, next.fresh);
      for (const [index, set] of old.entries()) this.#resize(set, next.old[index] ?? set.desired);
      if (!changed) return;
      // Its pods must be told before the next step counts them.
      for (const set of this.#sets) set.reconcile();
    }
  }

  /** All old pods first, to their end; then the new ones. */
  #recreate(): void {
    const old = this.#old();
    for (const set of old) this.#resize(set, 0);
    for (const set of old) set.reconcile();
    if (old.some((set) => set.hasRunning)) return;
    this.#resize(this.#current(), this.#replicas);
  }

  /** Scaling alone: one active set takes it all, several share it (sync.go, `scale`). */
  #spreadScale(): void {
    const active = this.#sets.filter((set) => set.desired > 0);
    const [first = this.#current()] = active;
    if (active.length <= 1) this.#resize(first, this.#replicas);
    else if (this.#manifest.strategy.type === 'RollingUpdate') {
      const sets = active.map(({ desired, created, maxReplicas }) => ({ desired, created, maxReplicas }));
      const sizes = proportionalSizes(this.promise, sets);
      for (const [index, set] of active.entries()) this.#resize(set, sizes[index] ?? set.desired);
    }
    for (const set of active) this.#annotate(set);
  }

  #resize(set: ReplicaSet, desired: number): void {
    if (set.desired === desired) return;
    set.desired = desired;
    this.#annotate(set);
  }

  #annotate(set: ReplicaSet): void {
    set.maxReplicas = this.#replicas + this.promise.maxSurge;
  }

  #counts(): { updated: number; ready: number; available: number; total: number } {
    const { minReadySeconds } = this.#manifest;
    const active = this.#sets.flatMap((set) => set.active);
    return {
      updated: this.#current().active.length,
      ready: active.filter((pod) => pod.ready).length,
      available: active.filter((pod) => pod.isAvailable(minReadySeconds)).length,
      total: active.length,
    };
  }

  /** A ready pod turns available by the mere passing of minReadySeconds. */
  #lookWhenAvailable(): void {
    this.#cancelLook();
    const { minReadySeconds } = this.#manifest;
    const waiting = this.pods.filter((pod) => pod.ready && !pod.terminating && !pod.isAvailable(minReadySeconds));
    if (waiting.length === 0) return;
    const firstUs = Math.min(...waiting.map((pod) => pod.readySinceUs ?? nowUs())) + minReadySeconds * 1_000_000;
    this.#cancelLook = this.#platform.timers.after((firstUs - nowUs()) / 1000 + 1, () => this.#platform.changed());
  }

  /** What keeps it from being complete, in one line. */
  #explain(): string {
    const { minReadySeconds } = this.#manifest;
    const missing = this.#current().active.filter((pod) => !pod.isAvailable(minReadySeconds));
    const worst = missing.find((pod) => pod.restarts > 0) ?? missing[0];
    const { updated, available } = this.#counts();
    const count = `${updated} of ${this.#replicas} updated, ${available} available`;
    return worst === undefined ? count : `${count}; ${worst.explain()}`;
  }

  #onDeadline(): void {
    this.#emit('progress-deadline', { reason: 'ProgressDeadlineExceeded', message: this.#explain() });
    this.#platform.changed();
  }

  #emit(kind: EventKind, details: Partial<Event>): void {
    this.#platform.emit(kind, { subject: { kind: 'deployment', name: this.name }, owner: this.name, ...details });
  }
}
