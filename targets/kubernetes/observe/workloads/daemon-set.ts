import type { DeploymentPromise } from '../../../../record/event.ts';
import { scaled } from '../../../controller/rounding.ts';
import type { DaemonSet } from '../objects.ts';
import { hashOf } from '../owner.ts';
import { onDelete, type Progress, type Reading, type Relatives } from './workload.ts';

export function readDaemonSet(set: DaemonSet, relatives: Relatives): Reading {
  const { updatedNumberScheduled = 0, numberReady = 0, numberAvailable = 0 } = set.status ?? {};
  return {
    promise: promiseOfDaemonSet(set),
    updated: updatedNumberScheduled,
    ready: numberReady,
    available: numberAvailable,
    progress: progressOf(set),
    revision: revisionOfDaemonSet(set, relatives),
    keeps: [],
    asked: set.spec.template,
    template: set.spec.template,
  };
}

/**
 * Of the nodes that are to run it by now; both shares round up (SurgeCount and UnavailableCount, pkg/controller/daemon/util). With a
 * surge a node may have two pods, and does at once where its old one is not available, whatever maxSurge says (rollingUpdate,
 * pkg/controller/daemon). Pods that run on nodes which need not have one are on top.
 */
function promiseOfDaemonSet({ spec, status = {} }: DaemonSet): DeploymentPromise {
  const { desiredNumberScheduled: replicas = 0, numberMisscheduled = 0 } = status;
  const { type, rollingUpdate = {} } = spec.updateStrategy ?? {};
  if (type === 'OnDelete') return { ...onDelete(replicas), maxSurge: numberMisscheduled };
  const surge = scaled(rollingUpdate.maxSurge ?? 0, replicas, Math.ceil);
  const allowed = scaled(rollingUpdate.maxUnavailable ?? 1, replicas, Math.ceil);
  return {
    replicas,
    maxSurge: (surge > 0 ? replicas : 0) + numberMisscheduled,
    maxUnavailable: Math.min(allowed, replicas),
    strategy: 'RollingUpdate',
  };
}

/** As `kubectl rollout status` decides (DaemonSetStatusViewer, k8s.io/kubectl/pkg/polymorphichelpers). */
function progressOf({ metadata, spec, status = {} }: DaemonSet): Progress {
  const {
    observedGeneration = 0,
    desiredNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberAvailable = 0,
  } = status;
  if ((metadata.generation ?? 0) > observedGeneration || numberAvailable < desiredNumberScheduled) return 'progressing';
  const replacesNone = spec.updateStrategy?.type === 'OnDelete';
  return replacesNone || updatedNumberScheduled >= desiredNumberScheduled ? 'complete' : 'progressing';
}

const generationLabel = 'pod-template-generation';
const generationAnnotation = 'deprecated.daemonset.template.generation';

/**
 * Of its newest ControllerRevision. Where those may not be watched: of a pod of the template's generation (IsPodUpdated,
 * pkg/controller/daemon/util), once there is one.
 */
function revisionOfDaemonSet({ metadata }: DaemonSet, relatives: Relatives): string {
  const newest = relatives.controllerRevisionsOf(metadata.name).toSorted((a, b) => b.revision - a.revision)[0];
  if (newest !== undefined) return hashOf(newest);
  const generation = metadata.annotations?.[generationAnnotation];
  const pods = relatives.podsOf('DaemonSet', metadata.name);
  const current = pods.find((pod) => generation !== undefined && pod.metadata.labels?.[generationLabel] === generation);
  return current === undefined ? '' : hashOf(current);
}
