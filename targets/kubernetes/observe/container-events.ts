import { constants } from 'node:os';
import type { Event, EventKind } from '../../../record/event.ts';
import { type Interval, narrowed, stampOf } from '../clock.ts';
import { type Change, eventAt, type Scene, said } from './change.ts';
import type { ContainerStatus, Pod, Terminated } from './objects.ts';

interface PodChange extends Change<Pod> {
  pod: Pod;
  known: Partial<Event>;
}

/** A kubelet waits so in the ordinary course of things. */
const ordinary: readonly string[] = ['ContainerCreating', 'PodInitializing'];
/** The kubelet lost track of the container: its code stands for nothing (pkg/kubelet/status). */
const unknownReason = 'ContainerStatusUnknown';

/**
 * What happened to a pod's containers, sidecars among them. In a pod with one container its events are the pod's; where there are
 * several each has events of its own, and the pod has exited when the last of them has.
 */
export function containerEvents(change: PodChange, scene: Scene): Event[] {
  const { before, pod } = change;
  const all = lasting(pod);
  const events = all.flatMap((status) => {
    const earlier = statuses(before).find(({ name }) => name === status.name);
    return new ContainerChange(change, scene, status, earlier).events(all.length > 1);
  });
  if (all.length > 1 && hasEnded(pod) && !hasEnded(before)) events.push(lastExit(change, events, scene));
  return events;
}

/** All that are to run as long as the pod does: sidecars are init containers that start again. */
function lasting(pod: Pod): ContainerStatus[] {
  const sidecars = new Set(
    pod.spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const sidecarStatuses = pod.status?.initContainerStatuses?.filter(({ name }) => sidecars.has(name)) ?? [];
  return [...(pod.status?.containerStatuses ?? []), ...sidecarStatuses];
}

function statuses(pod: Pod | null): ContainerStatus[] {
  return [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])];
}

/** None of its containers will run again: each has ended, and the pod is on its way out or has a final phase. */
export function hasEnded(pod: Pod | null): boolean {
  if (pod === null) return false;
  const leaving = pod.metadata.deletionTimestamp !== undefined;
  const final = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
  const all = lasting(pod);
  return (leaving || final) && all.length > 0 && all.every(({ state }) => state?.terminated !== undefined);
}

function lastExit({ pod, known, within }: PodChange, events: readonly Event[], scene: Scene): Event {
  const last = events.filter(({ kind }) => kind === 'exited').sort((a, b) => b.latestUs - a.latestUs)[0];
  return eventAt(last ?? within, 'exited', { kind: 'replica', name: scene.nameOf(pod) }, known);
}

/** One run of a container. */
interface Run {
  id: string;
  startedAt: string | null | undefined;
  ended: Terminated | null;
}

class ContainerChange {
  readonly #change: PodChange;
  readonly #scene: Scene;
  readonly #status: ContainerStatus;
  readonly #earlier: ContainerStatus | undefined;

  constructor(change: PodChange, scene: Scene, status: ContainerStatus, earlier: ContainerStatus | undefined) {
    this.#change = change;
    this.#scene = scene;
    this.#status = status;
    this.#earlier = earlier;
  }

  events(several: boolean): Event[] {
    const { pod, known, within } = this.#change;
    const name = this.#scene.nameOf(pod);
    const subject = several
      ? ({ kind: 'container', name: `${name}/${this.#status.name}` } as const)
      : ({ kind: 'replica', name } as const);
    const tell = (interval: Interval, kind: EventKind, details: Partial<Event> = {}) =>
      eventAt(interval, kind, subject, { ...known, ...details });
    const events: Event[] = [];
    const before = runs(this.#earlier);
    const now = runs(this.#status);
    // Only the last two runs are told of; those between two restarts that came together left nothing but their number.
    // A container that has not run yet has the number of restarts of one that has run once.
    const restarts = this.#status.restartCount - (this.#earlier?.restartCount ?? 0);
    const made = now.length === 0 ? 0 : restarts + (before.length === 0 ? 1 : 0);
    const unseen = made - now.filter((run) => !has(before, run)).length;
    for (const run of before)
      if (run.ended === null && !has(now, run))
        events.push(tell(this.#since(null), 'exited', { reason: unknownReason }));
    for (let i = 0; i < unseen && this.#earlier !== undefined; i++)
      events.push(tell(this.#since(null), 'restarted'), tell(this.#since(null), 'exited', { reason: unknownReason }));
    for (const [place, run] of now.entries()) {
      const known = before.find(({ id }) => id === run.id);
      const nth = this.#status.restartCount - (now.length - 1 - place);
      if (known === undefined) events.push(tell(this.#since(run.startedAt), nth <= 0 ? 'started' : 'restarted'));
      if (run.ended !== null && (known === undefined || known.ended === null))
        events.push(tell(this.#endOf(run, run.ended), 'exited', exitDetails(run.ended)));
    }
    const waiting = this.#status.state?.waiting;
    if (
      waiting?.reason !== undefined &&
      !ordinary.includes(waiting.reason) &&
      waiting.reason !== this.#earlier?.state?.waiting?.reason
    )
      events.push(tell(within, 'back-off', said({ reason: waiting.reason, message: waiting.message })));
    return events;
  }

  #endOf(run: Run, ended: Terminated): Interval {
    const started = this.#since(run.startedAt);
    const end = this.#since(ended.finishedAt);
    return narrowed(end, { earliestUs: started.earliestUs, latestUs: Number.POSITIVE_INFINITY });
  }

  /** By the clock of its node, after the pod was made and before it was told. */
  #since(stampText: string | null | undefined): Interval {
    const { pod, within } = this.#change;
    const possible = {
      earliestUs: Math.min(this.#scene.boundUs(pod.metadata.uid), within.latestUs),
      latestUs: within.latestUs,
    };
    const stamp = stampOf(stampText);
    const { nodeName } = pod.spec;
    if (stamp === null || stamp <= 0 || nodeName === undefined) return possible;
    return narrowed(possible, this.#scene.clocks.node(nodeName).interval(stamp, within.latestUs));
  }
}

/** Those that are told of, in order: the one before, and the one that runs or ended last. */
function runs(status: ContainerStatus | undefined): Run[] {
  if (status === undefined) return [];
  const { state, lastState, containerID, restartCount } = status;
  const found: Run[] = [];
  const add = (id: string | undefined, startedAt: string | null | undefined, ended: Terminated | null) => {
    const run = { id: id || `${restartCount}/${startedAt ?? ended?.finishedAt ?? ''}`, startedAt, ended };
    if (!has(found, run)) found.push(run);
  };
  if (lastState?.terminated)
    add(lastState.terminated.containerID, lastState.terminated.startedAt, lastState.terminated);
  if (state?.terminated) add(state.terminated.containerID, state.terminated.startedAt, state.terminated);
  if (state?.running) add(containerID, state.running.startedAt, null);
  return found;
}

function has(all: readonly Run[], { id }: Run): boolean {
  return all.some((run) => run.id === id);
}

function exitDetails(ended: Terminated): Partial<Event> {
  const { exitCode, signal, reason, message } = ended;
  if (reason === unknownReason) return said({ reason, message, object: ended });
  return said({
    exitCode,
    signal: signalOf(signal),
    reason,
    message: message?.trim(),
    object: ended,
  });
}

/** `SIGKILL` for 9; undefined where the runtime named none, as most do. */
function signalOf(number: number | undefined): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

/** How a container ended, as far as it was said. */
export function exitOf({ exitCode, signal, reason, message }: Terminated) {
  const unknown = reason === unknownReason;
  return {
    code: unknown ? null : exitCode,
    signal: unknown ? null : (signalOf(signal) ?? null),
    reason: reason ?? 'Unknown',
    ...(message ? { message: message.trim() } : {}),
  };
}
