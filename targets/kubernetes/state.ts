import type { ReplicaState, TargetState } from '../target.ts';
import { advised } from './advice.ts';
import type { KubeObject } from './api.ts';
import type { PodLogs } from './logs.ts';
import { workloadFacts } from './workload-facts.ts';

/** What was seen, with the workloads that were applied and not seen yet, and what replicas printed last before they ended. */
export function appliedState(seen: TargetState, applied: readonly KubeObject[], logs: PodLogs): TargetState {
  const names = new Set(seen.deployments.map(({ name }) => name));
  const unseen = applied.filter(({ metadata }) => !names.has(metadata.name));
  return {
    deployments: [...seen.deployments.map(withAdvice), ...unseen.map(notSeenYet)],
    replicas: seen.replicas.map((replica) => withLastWords(replica, logs)),
  };
}

function withAdvice(deployment: TargetState['deployments'][number]): TargetState['deployments'][number] {
  const { reason } = deployment;
  return reason === undefined ? deployment : { ...deployment, reason: advised(reason) };
}

function notSeenYet(object: KubeObject): TargetState['deployments'][number] {
  const { name, kind, promise } = workloadFacts(object);
  return {
    name,
    ...(kind !== undefined && { kind }),
    revision: '',
    promise,
    updated: 0,
    ready: 0,
    available: 0,
    progress: 'progressing',
  };
}

function withLastWords(replica: ReplicaState, logs: PodLogs): ReplicaState {
  const { lastExit, pod } = replica;
  const message = lastExit?.message ?? (lastExit && logs.lastWords(pod));
  if (lastExit === undefined || message === undefined) return replica;
  return { ...replica, lastExit: { ...lastExit, message } };
}
