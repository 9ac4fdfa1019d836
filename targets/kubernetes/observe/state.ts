import { type WorkloadKind, workloadKinds } from '../../../record/workload.ts';
import type { DeploymentState, ReplicaPhase, ReplicaState, TargetState } from '../../target.ts';
import { exitOf, hasEnded } from './container-events.ts';
import { type ContainerStatus, type Pod, resourceOf, type Terminated, type WorkloadObject } from './objects.ts';
import type { Observation } from './observation.ts';
import { hashOf, versionOfPod, workloadOfPod } from './owner.ts';
import { isReady } from './pod-events.ts';
import { reasonOf } from './reason.ts';
import { type Reading, readWorkload } from './workloads/workload.ts';

/** What is needed besides what was seen. */
export interface Now {
  atUs: number;
  /** Why what was seen may be out of date; null where it is not. */
  outOfDate: string | null;
  /** By the record's name of a workload: no state of it counts that is of an older generation. */
  generations: ReadonlyMap<string, number>;
}

export function stateOf(observation: Observation, now: Now): TargetState {
  const { store, gonePods } = observation;
  const deployments = workloadKinds.flatMap((kind) =>
    workloadsOf(kind, observation).map((workload) => workloadState(kind, workload, observation, now)),
  );
  const pods = [
    ...[...gonePods.values()].map((pod) => ({ pod, gone: true })),
    ...[...store.all('pods').values()].map((pod) => ({ pod, gone: false })),
  ];
  const replicas = pods
    .filter(({ pod }) => observation.concernsPod(pod))
    .map(({ pod, gone }) => replicaState(pod, gone, observation, now.atUs));
  return { deployments, replicas };
}

function workloadsOf(kind: WorkloadKind, observation: Observation): WorkloadObject[] {
  const all = [...observation.store.all(resourceOf(kind)).values()] as WorkloadObject[];
  return all.filter(
    ({ metadata }) =>
      observation.concerns({ kind, name: metadata.name }) &&
      // A ReplicaSet that something made is a part of that.
      (kind !== 'ReplicaSet' || metadata.ownerReferences === undefined),
  );
}

function workloadState(
  kind: WorkloadKind,
  workload: WorkloadObject,
  observation: Observation,
  now: Now,
): DeploymentState {
  const { generation = 0 } = workload.metadata;
  const name = observation.scene.nameOfWorkload({ kind, name: workload.metadata.name });
  const reading = readWorkload(kind, workload, observation.relatives);
  const isOld = generation < (now.generations.get(name) ?? 0);
  // What is out of date must not end a step.
  const progress = isOld || now.outOfDate !== null ? 'progressing' : reading.progress;
  const keeps = keptBy(kind, workload, reading, observation);
  const reason = now.outOfDate ?? reasonOf({ kind, workload, reading, progress }, observation);
  return {
    name,
    ...(kind !== 'Deployment' && { kind }),
    revision: reading.revision,
    ...(keeps.length > 0 && { keeps }),
    promise: reading.promise,
    updated: reading.updated,
    ready: reading.ready,
    available: reading.available,
    progress,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Where somebody's hand alone replaces pods, those that it leaves are to stay. */
function keptBy(kind: WorkloadKind, { metadata }: WorkloadObject, reading: Reading, { relatives }: Observation) {
  if (reading.promise.strategy !== 'OnDelete') return reading.keeps;
  const revisions = new Set(relatives.podsOf(kind, metadata.name).map(hashOf));
  revisions.delete(reading.revision);
  return [...revisions];
}

function replicaState(pod: Pod, gone: boolean, { scene, listings }: Observation, atUs: number): ReplicaState {
  const name = scene.nameOf(pod);
  const statuses = pod.status?.containerStatuses ?? [];
  const waiting = statuses.find(({ state }) => state?.waiting?.reason)?.state?.waiting?.reason;
  const last = lastEnd(statuses);
  const ended = gone || hasEnded(pod);
  const lastExit =
    last !== undefined ? exitOf(last) : ended ? { code: null, signal: null, reason: 'Unknown' } : undefined;
  return {
    pod: name,
    uid: pod.metadata.uid,
    deployment: workloadOfPod(pod, scene),
    revision: hashOf(pod),
    version: versionOfPod(pod, scene),
    phase: phaseOf(pod, ended),
    ready: !ended && isReady(pod),
    listed: listings.lists(name),
    routed: listings.routes(name, atUs),
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(waiting === undefined || ended ? {} : { waiting }),
    ...(lastExit === undefined ? {} : { lastExit }),
  };
}

/** Of several containers the one that ended last. */
function lastEnd(statuses: readonly ContainerStatus[]): Terminated | undefined {
  return statuses
    .flatMap(({ state, lastState }) => state?.terminated ?? lastState?.terminated ?? [])
    .toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))[0];
}

function phaseOf(pod: Pod, ended: boolean): ReplicaPhase {
  if (ended) return 'exited';
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating';
  const statuses = pod.status?.containerStatuses ?? [];
  if (statuses.length > 0 && statuses.every(({ state }) => state?.running)) return 'running';
  return pod.spec.nodeName === undefined ? 'pending' : 'starting';
}
