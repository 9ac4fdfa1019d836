import { nowUs } from '../../record/clock.ts';
import type { Event, EventKind } from '../../record/event.ts';
import type { PodTemplate } from '../manifest/model.ts';
import type { ReplicaPhase, ReplicaState } from '../target.ts';
import { watchHealth } from './health.ts';
import type { Platform } from './platform.ts';
import type { Exit, PodPlace, RunningContainer } from './replica-runner.ts';
import { RestartBackOff } from './restart.ts';
import { terminate } from './termination.ts';

export interface PodSpec {
  name: string;
  deployment: string;
  /** pod-template-hash of its ReplicaSet. */
  revision: string;
  /** The image's tag. */
  version: string;
  template: PodTemplate;
}

/** One pod: its container is started, probed, started again when it ends, and terminated when the pod is deleted. */
export class Pod {
  readonly spec: PodSpec;
  readonly createdUs = nowUs();
  readonly #platform: Platform;
  readonly #backOff = new RestartBackOff();
  readonly #deleted = Promise.withResolvers<void>();
  #phase: ReplicaPhase = 'pending';
  #terminating = false;
  #readySinceUs: number | undefined;
  #restarts = 0;
  #lastExit: ReplicaState['lastExit'];
  #probeMessage: string | undefined;
  #waiting: string | undefined;
  #place: PodPlace | undefined;
  #container: RunningContainer | undefined;
  #health: ReturnType<typeof watchHealth> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(spec: PodSpec, platform: Platform) {
    this.spec = spec;
    this.#platform = platform;
    this.#emit('created');
    void this.#live();
  }

  get name(): string {
    return this.spec.name;
  }
  get phase(): ReplicaPhase {
    return this.#phase;
  }
  get terminating(): boolean {
    return this.#terminating;
  }
  get restarts(): number {
    return this.#restarts;
  }
  get ready(): boolean {
    return this.#readySinceUs !== undefined;
  }
  get readySinceUs(): number | undefined {
    return this.#readySinceUs;
  }
  get place(): PodPlace | undefined {
    return this.#place;
  }
  get container(): RunningContainer | undefined {
    return this.#container;
  }

  /** Ready, not on its way out, and both for as long as minReadySeconds asks. */
  isAvailable(minReadySeconds: number): boolean {
    const sinceUs = this.#readySinceUs;
    return !this.#terminating && sinceUs !== undefined && nowUs() - sinceUs >= minReadySeconds * 1_000_000;
  }

  /** Why it does not serve, as far as it is known: one line. */
  explain(): string {
    if (this.#lastExit !== undefined && !this.ready) {
      const { code, signal, message } = this.#lastExit;
      const how = signal === null ? `exit code ${code}` : `${signal} (exit code ${code})`;
      return `${this.name} ended with ${how}${message ? `: ${message}` : ''}`;
    }
    if (this.#probeMessage !== undefined) return `${this.name} is not ready: ${this.#probeMessage}`;
    return `${this.name} is ${this.ready ? 'ready' : this.#phase}`;
  }

  state(listed: boolean, routed: boolean): ReplicaState {
    const { name: pod, deployment, revision, version } = this.spec;
    const known = {
      pod,
      deployment,
      revision,
      version,
      phase: this.#phase,
      ready: this.ready,
      listed,
      routed,
      restarts: this.#restarts,
    };
    return {
      ...known,
      ...(this.#waiting === undefined ? {} : { waiting: this.#waiting }),
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    };
  }

  /** Deletes it: it takes no new connections from here on, and ends within its grace. */
  delete(): void {
    if (this.#terminating || this.#phase === 'exited') return;
    this.#terminating = true;
    this.#phase = 'terminating';
    this.#emit('terminating');
    this.#health?.stopLiveness();
    this.#deleted.resolve();
    if (this.#container !== undefined) void this.#stop(this.spec.template.terminationGracePeriodSeconds);
    this.#platform.changed();
  }

  async #live(): Promise<void> {
    try {
      this.#place = await this.#platform.runner.place(this.name, this.spec.template);
    } catch (error) {
      // As a pod that no node has room for: it waits, and its Deployment's progress deadline says so.
      this.#emit('failed-create', { message: error instanceof Error ? error.message : String(error) });
      await this.#deleted.promise;
      return this.#end();
    }
    if (!this.#terminating) this.#phase = 'starting';
    await this.#startTakes('startMs');
    while (!this.#terminating) {
      const exit = await this.#runContainer(this.#place);
      if (this.#terminating) break;
      await this.#waitToRestart(exit);
    }
    this.#end();
  }

  async #runContainer(place: PodPlace): Promise<Exit> {
    let container: RunningContainer;
    try {
      container = await place.start();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#lastExit = { code: null, signal: null, reason: 'StartError', message };
      return { code: null, signal: null, endedUs: nowInterval(), lastLines: [message] };
    }
    this.#started(container, place);
    const exit = await container.exited;
    this.#exited(exit);
    return exit;
  }

  #started(container: RunningContainer, place: PodPlace): void {
    this.#container = container;
    const { earliest, latest } = container.startedUs;
    this.#emit(this.#restarts === 0 ? 'started' : 'restarted', { earliestUs: earliest, latestUs: latest });
    if (this.#terminating) {
      void this.#stop(this.spec.template.terminationGracePeriodSeconds);
      return;
    }
    this.#phase = 'running';
    this.#health = watchHealth({
      spec: this.spec.template.container,
      place,
      container,
      timers: this.#platform.timers,
      onReady: (ready, message) => this.#setReady(ready, message),
      onProbeFailed: (probe, message) => {
        this.#probeMessage = `${probe} probe: ${message}`;
        this.#emit('probe-failed', { reason: probe, message });
      },
      onUnhealthy: (probe, message) => this.#restartUnhealthy(probe, message),
    });
    this.#platform.changed();
  }

  #exited({ code, signal, endedUs, lastLines, reason = code === 0 ? 'Completed' : 'Error' }: Exit): void {
    this.#health?.stop();
    this.#health = undefined;
    this.#container = undefined;
    this.#stopping = undefined;
    // Of an app that was told to go its last words explain nothing.
    const message = this.#terminating ? '' : lastLines.join(' | ');
    this.#lastExit = { code, signal, reason, ...(message === '' ? {} : { message }) };
    this.#emit('exited', {
      earliestUs: endedUs.earliest,
      latestUs: endedUs.latest,
      ...(code === null ? {} : { exitCode: code }),
      ...(signal === null ? {} : { signal }),
      reason,
      ...(message === '' ? {} : { message }),
    });
    if (this.#terminating) this.#phase = 'exited';
    this.#platform.changed();
  }

  /** The kubelet notices that it is gone, by which the pod turns unready, and starts it again after the back-off. */
  async #waitToRestart(exit: Exit): Promise<void> {
    const { draw } = this.#platform;
    await this.#unlessDeleted(draw.ms('noticeMs', this.name));
    if (this.#terminating) return;
    this.#phase = 'starting';
    this.#setReady(false, 'its container has ended');
    const delayMs = this.#backOff.next(exit.endedUs.latest);
    if (delayMs > 0) {
      this.#waiting = 'CrashLoopBackOff';
      this.#emit('back-off', {
        reason: 'BackOff',
        message: `back-off ${delayMs / 1000} s restarting failed container ${this.spec.template.container.name}`,
      });
      this.#platform.changed();
      await this.#unlessDeleted(delayMs - (nowUs() - exit.endedUs.latest) / 1000);
    }
    await this.#startTakes('restartMs');
    this.#waiting = undefined;
    if (!this.#terminating) this.#restarts++;
  }

  #restartUnhealthy(probe: 'startup' | 'liveness' | 'readiness', message: string): void {
    const { container, terminationGracePeriodSeconds } = this.spec.template;
    const own = probe === 'readiness' ? undefined : container[probe]?.terminationGracePeriodSeconds;
    void this.#stop(own ?? terminationGracePeriodSeconds, {
      reason: 'Unhealthy',
      message: `container ${container.name} failed its ${probe} probe, it will be restarted: ${message}`,
    });
  }

  #stop(graceSeconds: number, why: { reason?: string; message?: string } = {}): Promise<void> {
    const container = this.#container;
    const place = this.#place;
    if (container === undefined || place === undefined) return Promise.resolve();
    this.#stopping ??= terminate({
      container,
      place,
      preStop: this.spec.template.container.preStop,
      graceSeconds,
      timers: this.#platform.timers,
      emit: (kind, details) => this.#emit(kind, { ...(kind === 'signalled' ? why : {}), ...details }),
    });
    return this.#stopping;
  }

  #setReady(ready: boolean, message: string): void {
    if (ready) this.#probeMessage = undefined;
    if (ready === this.ready) return;
    this.#readySinceUs = ready ? nowUs() : undefined;
    this.#emit(ready ? 'ready' : 'unready', message === '' ? {} : { message });
    this.#platform.changed();
  }

  #end(): void {
    this.#readySinceUs = undefined;
    this.#phase = 'exited';
    void this.#place?.release();
    this.#emit('gone');
    this.#platform.changed();
  }

  async #startTakes(name: 'startMs' | 'restartMs'): Promise<void> {
    const { runner, draw } = this.#platform;
    if (runner.startsAtOnce) await this.#unlessDeleted(draw.ms(name, this.name));
  }

  async #unlessDeleted(ms: number): Promise<void> {
    if (this.#terminating) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#platform.timers.after(ms, resolve);
    await Promise.race([promise, this.#deleted.promise]);
    cancel();
  }

  #emit(kind: EventKind, details: Partial<Event> = {}): void {
    const { name, deployment, revision, version } = this.spec;
    this.#platform.emit(kind, { subject: { kind: 'replica', name }, owner: deployment, revision, version, ...details });
  }
}

function nowInterval(): Exit['endedUs'] {
  const us = nowUs();
  return { earliest: us, latest: us };
}
