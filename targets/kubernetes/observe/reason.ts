import type { WorkloadKind } from '../../../record/workload.ts';
import type { Condition, Pod, ReplicaSet, Report, WorkloadObject } from './objects.ts';
import type { Observation } from './observation.ts';
import { hashOf } from './owner.ts';
import { condition, isReady } from './pod-events.ts';
import type { Progress, Reading } from './workloads/workload.ts';

const ordinary: readonly string[] = ['ContainerCreating', 'PodInitializing'];

interface Seen {
  kind: WorkloadKind;
  workload: WorkloadObject;
  reading: Reading;
  progress: Progress;
}

/**
 * What keeps a workload from being complete, in one line: the nearest cause that the platform named. Of one that is complete: what has
 * to be known of that all the same.
 */
export function reasonOf({ kind, workload, reading, progress }: Seen, observation: Observation): string | undefined {
  const { promise, updated, available, revision } = reading;
  if (progress === 'complete') return byHand(reading);
  const pods = observation.relatives.podsOf(kind, workload.metadata.name);
  const waiting = pods.filter(
    (pod) =>
      (revision === '' || hashOf(pod) === revision) && pod.metadata.deletionTimestamp === undefined && !isReady(pod),
  );
  const why =
    waiting.map(whyNotRunning).find((line) => line !== undefined) ??
    failedCreation(kind, workload, reading, observation) ??
    waiting.map((pod) => whyNotReady(pod, observation)).find((line) => line !== undefined) ??
    ownWords(kind, workload, reading);
  const count = `${updated} of ${promise.replicas} updated, ${available} available`;
  return why === undefined ? count : `${count}; ${why}`;
}

/** A rollout of it is never over, as there is none. */
function byHand({ promise, updated }: Reading): string | undefined {
  if (promise.strategy !== 'OnDelete' || updated >= promise.replicas) return undefined;
  return `${updated} of ${promise.replicas} updated; it replaces no pod by itself (OnDelete), only one that somebody deletes`;
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

/** A quota, an admission that says no, ... Kinds without a condition for it tell by reports alone. */
function failedCreation(
  kind: WorkloadKind,
  workload: WorkloadObject,
  { revision }: Reading,
  { store, relatives }: Observation,
): string | undefined {
  const { name } = workload.metadata;
  const sets: ReplicaSet[] = relatives.replicaSetsOf(kind, name).filter((set) => hashOf(set) === revision);
  const failure = [workload as { status?: { conditions?: Condition[] } }, ...sets]
    .map((one) => condition(one, 'ReplicaFailure'))
    .find((one) => one?.status === 'True');
  if (failure !== undefined) return `${failure.reason}${line(failure.message)}`;
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return undefined;
  const report = lastOf(
    [...store.all('events').values()].filter(
      ({ involvedObject, reason }) =>
        reason === 'FailedCreate' && involvedObject.kind === kind && involvedObject.name === name,
    ),
  );
  return report === undefined ? undefined : `${report.reason}${line(report.message)}`;
}

/** It runs; only reports tell what its probes say. */
function whyNotReady({ metadata }: Pod, { store }: Observation): string | undefined {
  const last = lastOf(
    [...store.all('events').values()].filter(
      ({ involvedObject: { name, uid = metadata.uid }, type }) =>
        name === metadata.name && uid === metadata.uid && type === 'Warning',
    ),
  );
  return last === undefined ? `${metadata.name} is not ready` : `${metadata.name}: ${last.reason}${line(last.message)}`;
}

/** Of a deadline that is over, and what Argo's controller says of each phase. */
function ownWords(kind: WorkloadKind, workload: WorkloadObject, { reason, message }: Reading): string | undefined {
  if (kind === 'Rollout') return reason === undefined ? undefined : `${reason}${line(message)}`;
  const failed = condition(workload as { status?: { conditions?: Condition[] } }, 'Progressing')?.status === 'False';
  return kind === 'Deployment' && failed ? `${reason}${line(message)}` : undefined;
}

function lastOf(reports: readonly Report[]): Report | undefined {
  return reports.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))[0];
}

function timeOf({ series, lastTimestamp, eventTime }: Report): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '';
}

function line(message: string | undefined): string {
  const text = message?.replace(/\s+/g, ' ').trim();
  return text ? `: ${text}` : '';
}
