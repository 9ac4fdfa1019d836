import type { ReplicaSet } from '../objects.ts';
import { hashOf } from '../owner.ts';
import { onDelete, type Reading } from './workload.ts';

/** One that no Deployment made. Another template changes none of its pods, only those that it makes from then on. */
export function readReplicaSet(set: ReplicaSet): Reading {
  const { metadata, spec, status = {} } = set;
  const { observedGeneration = 0, replicas: there = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const { replicas = 1 } = spec;
  const isSettled =
    observedGeneration >= (metadata.generation ?? 0) && there === replicas && availableReplicas >= replicas;
  return {
    promise: onDelete(replicas),
    updated: there,
    ready: readyReplicas,
    available: availableReplicas,
    progress: isSettled ? 'complete' : 'progressing',
    revision: hashOf(set),
    keeps: [],
    asked: spec.template,
    template: spec.template,
  };
}
