import type { DeploymentPromise } from '../../../../record/event.ts';
import { promiseOf } from '../../../controller/rounding.ts';
import type { Rollout } from '../objects.ts';
import type { Progress, Reading } from './workload.ts';

export function readRollout(rollout: Rollout): Reading {
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = rollout.status ?? {};
  const { currentPodHash = '', phase, message } = rollout.status ?? {};
  const { template, restartAt, workloadRef } = rollout.spec;
  return {
    promise: promiseOfRollout(rollout),
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    progress: progressOf(rollout),
    ...(phase !== undefined && { reason: phase }),
    ...(message !== undefined && message !== '' && { message }),
    revision: currentPodHash,
    keeps: [],
    // A Deployment that it takes its template from is another object, and so shows here as another hash.
    asked: { template: workloadRef === undefined ? template : currentPodHash, restartAt: restartAt ?? null },
    template,
  };
}

/**
 * A canary without traffic routing keeps what a Deployment keeps, by the same rounding and defaults (MaxSurge and MaxUnavailable,
 * utils/replicaset of argo-rollouts). With it, and blue-green, two whole sets stand side by side for as long as the steps, and the delays
 * of scaling down, want it.
 */
function promiseOfRollout({ spec }: Rollout): DeploymentPromise {
  const replicas = spec.replicas ?? 1;
  const { canary } = spec.strategy ?? {};
  if (!canary || canary.trafficRouting !== undefined)
    return { replicas, maxSurge: replicas, maxUnavailable: replicas, strategy: 'Unknown' };
  const { maxSurge = '25%', maxUnavailable = '25%' } = canary;
  return promiseOf(replicas, { type: 'RollingUpdate', maxSurge, maxUnavailable });
}

/** As `kubectl argo rollouts status` decides (GetRolloutPhase, utils/rollout of argo-rollouts): `Degraded` is how it ends badly. */
function progressOf(rollout: Rollout): Progress {
  const { metadata, status = {} } = rollout;
  const observed = Number(status.observedGeneration);
  const { phase, controllerPause, pauseConditions = [] } = status;
  if (!Number.isInteger(observed) || observed < (metadata.generation ?? 0)) return 'progressing';
  if (!isReferenceObserved(rollout)) return 'progressing';
  // Somebody has let it go on, and its controller has not heard of it yet.
  if (controllerPause === true && pauseConditions.length === 0) return 'progressing';
  if (phase === 'Degraded') return 'stuck';
  return phase === 'Healthy' && status.stableRS === status.currentPodHash ? 'complete' : 'progressing';
}

function isReferenceObserved({ metadata, status = {} }: Rollout): boolean {
  const generation = metadata.annotations?.['rollout.argoproj.io/workload-generation'];
  return generation === undefined || generation === status.workloadObservedGeneration;
}
