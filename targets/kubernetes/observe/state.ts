import type { DeploymentState, ReplicaPhase, ReplicaState, TargetState } from '../../target.ts';
import { exitOf, hasEnded } from './container-events.ts';
import { progressOf, promiseOfDeployment } from './deployment-events.ts';
import type { ContainerStatus, Deployment, Pod, Terminated } from './objects.ts';
import type { Observation } from './observation.ts';
import { deploymentOf, hashOf, versionOfPod } from './owner.ts';
import { isReady } from './pod-events.ts';
import { reasonOf } from './reason.ts';

/** What is needed besides what was seen. */
export interface Now {
  atUs: number;
  /** Why what was seen may be out of date; null where it is not. */
  outOfDate: string | null;
  /** By Deployment: no state of it counts that is of an older generation. */
  generations: ReadonlyMap<string, number>;
}

export function stateOf(observation: Observation, now: Now): TargetState {
  const { store, gonePods } = observation;
  const deployments = [...store.all('deployments').values()]
    .filter(({ metadata }) => observation.concerns(metadata.name))
    .map((deployment) => deploymentState(deployment, observation, now));
  const pods = [
    ...[...gonePods.values()].map((pod) => ({ pod, gone: true })),
    ...[...store.all('pods').values()].map((pod) => ({ pod, gone: false })),
  ];
  const replicas = pods
    .map(({ pod, gone }) => replicaState(pod, gone, observation, now.atUs))
    .filter(({ deployment }) => observation.concerns(deployment));
  return { deployments, replicas };
}

function deploymentState(deployment: Deployment, observation: Observation, now: Now): DeploymentState {
  const { name, generation = 0 } = deployment.metadata;
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const current = observation.currentSet(deployment);
  const isOld = generation < (now.generations.get(name) ?? 0);
  // What is out of date must not end a step.
  const progress = isOld || now.outOfDate !== null ? 'progressing' : progressOf(deployment);
  const reason = now.outOfDate ?? (progress === 'complete' ? undefined : reasonOf(deployment, observation));
  return {
    name,
    revision: current === undefined ? '' : hashOf(current),
    promise: promiseOfDeployment(deployment),
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    progress,
    ...(reason === undefined ? {} : { reason }),
  };
}

function replicaState(pod: Pod, gone: boolean, { scene, listings }: Observation, atUs: number): ReplicaState {
  const { name } = pod.metadata;
  const statuses = pod.status?.containerStatuses ?? [];
  const waiting = statuses.find(({ state }) => state?.waiting?.reason)?.state?.waiting?.reason;
  const last = lastEnd(statuses);
  const ended = gone || hasEnded(pod);
  const lastExit =
    last !== undefined ? exitOf(last) : ended ? { code: null, signal: null, reason: 'Unknown' } : undefined;
  return {
    pod: name,
    deployment: deploymentOf(pod, scene),
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
