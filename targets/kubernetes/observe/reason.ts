import type { Deployment, Pod, Report } from './objects.ts';
import type { Observation } from './observation.ts';
import { deploymentOf, hashOf } from './owner.ts';
import { condition, isReady } from './pod-events.ts';

const ordinary: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** What keeps a Deployment from being complete, in one line: the nearest cause that the platform named. */
export function reasonOf(deployment: Deployment, observation: Observation): string {
  const { name } = deployment.metadata;
  const { updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const wanted = deployment.spec.replicas ?? 1;
  const count = `${updatedReplicas} of ${wanted} updated, ${availableReplicas} available`;
  const current = observation.currentSet(deployment);
  const waiting = [...observation.store.all('pods').values()].filter(
    (pod) =>
      deploymentOf(pod, observation.scene) === name &&
      (current === undefined || hashOf(pod) === hashOf(current)) &&
      pod.metadata.deletionTimestamp === undefined &&
      !isReady(pod),
  );
  const why =
    waiting.map(whyNotRunning).find((line) => line !== undefined) ??
    failedCreation(deployment, observation) ??
    waiting.map((pod) => whyNotReady(pod, observation)).find((line) => line !== undefined) ??
    overDeadline(deployment);
  return why === undefined ? count : `${count}; ${why}`;
}

function whyNotRunning(pod: Pod): string | undefined {
  const { name } = pod.metadata;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const { state, lastState } of statuses) {
    const { reason, message } = state?.waiting ?? {};
    if (reason !== undefined && !ordinary.includes(reason)) {
      const exit = lastState?.terminated;
      const how = exit === undefined ? '' : ` (it ended with ${exit.reason ?? 'code'} ${exit.exitCode})`;
      return `${name} waits: ${reason}${how}${line(message)}`;
    }
  }
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return `${name} has no node: ${scheduled.reason}${line(scheduled.message)}`;
  return undefined;
}

/** A quota, an admission that says no, ... */
function failedCreation(deployment: Deployment, observation: Observation): string | undefined {
  const failure =
    condition(deployment, 'ReplicaFailure') ?? condition(observation.currentSet(deployment) ?? null, 'ReplicaFailure');
  return failure?.status === 'True' ? `${failure.reason}${line(failure.message)}` : undefined;
}

/** It runs; only reports tell what its probes say. */
function whyNotReady({ metadata }: Pod, { store }: Observation): string | undefined {
  const reports = [...store.all('events').values()].filter(
    ({ involvedObject, type }) => involvedObject.name === metadata.name && type === 'Warning',
  );
  const last = reports.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))[0];
  return last === undefined ? `${metadata.name} is not ready` : `${metadata.name}: ${last.reason}${line(last.message)}`;
}

function overDeadline(deployment: Deployment): string | undefined {
  const progressing = condition(deployment, 'Progressing');
  return progressing?.status === 'False' ? `${progressing.reason}${line(progressing.message)}` : undefined;
}

function timeOf({ series, lastTimestamp, eventTime }: Report): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '';
}

function line(message: string | undefined): string {
  const text = message?.replace(/\s+/g, ' ').trim();
  return text ? `: ${text}` : '';
}
