import type { DeploymentPromise } from '../../../../record/event.ts';
import { scaled } from '../../../controller/rounding.ts';
import type { StatefulSet } from '../objects.ts';
import { onDelete, type Progress, type Reading } from './workload.ts';

export function readStatefulSet(set: StatefulSet): Reading {
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = readyReplicas } = set.status ?? {};
  const { currentRevision, updateRevision = '' } = set.status ?? {};
  const isPartial = partitionOf(set) > 0 && currentRevision !== undefined && currentRevision !== updateRevision;
  return {
    promise: promiseOfStatefulSet(set),
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    progress: progressOf(set),
    revision: updateRevision,
    // Those below the partition stay, and come back, as they are (updateStatefulSet, pkg/controller/statefulset).
    keeps: isPartial ? [currentRevision] : [],
    asked: set.spec.template,
    template: set.spec.template,
  };
}

/**
 * It deletes a pod before it makes its successor, one at a time unless maxUnavailable says more, of which a share rounds up and is 1
 * at the least (getStatefulSetMaxUnavailable, pkg/controller/statefulset). There is no surge.
 */
function promiseOfStatefulSet({ spec }: StatefulSet): DeploymentPromise {
  const replicas = spec.replicas ?? 1;
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === 'OnDelete') return onDelete(replicas);
  const allowed = Math.max(1, scaled(rollingUpdate?.maxUnavailable ?? 1, replicas, Math.ceil));
  return { replicas, maxSurge: 0, maxUnavailable: Math.min(allowed, replicas), strategy: 'RollingUpdate' };
}

/**
 * As `kubectl rollout status` decides (StatefulSetStatusViewer, k8s.io/kubectl/pkg/polymorphichelpers), but with a partition of 0
 * it too waits for currentRevision: kubectl does so only where the field rollingUpdate is missing.
 */
function progressOf(set: StatefulSet): Progress {
  const { metadata, spec, status = {} } = set;
  const { observedGeneration = 0, readyReplicas = 0, updatedReplicas = 0 } = status;
  const { replicas = 1, updateStrategy } = spec;
  const partition = partitionOf(set);
  if (observedGeneration === 0 || (metadata.generation ?? 0) > observedGeneration) return 'progressing';
  if (readyReplicas < replicas || (status.availableReplicas ?? readyReplicas) < replicas) return 'progressing';
  // It replaces none by itself, so there is nothing of its own to wait for.
  if (updateStrategy?.type === 'OnDelete') return 'complete';
  if (updatedReplicas < replicas - partition) return 'progressing';
  if (partition === 0 && status.currentRevision !== status.updateRevision) return 'progressing';
  return 'complete';
}

function partitionOf({ spec }: StatefulSet): number {
  return spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}
