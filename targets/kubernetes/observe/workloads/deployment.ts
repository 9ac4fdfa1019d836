import type { DeploymentPromise } from '../../../../record/event.ts';
import { promiseOf } from '../../../controller/rounding.ts';
import type { Deployment, ReplicaSet } from '../objects.ts';
import { hashOf } from '../owner.ts';
import { condition } from '../pod-events.ts';
import type { Progress, Reading, Relatives } from './workload.ts';

export function readDeployment(deployment: Deployment, relatives: Relatives): Reading {
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
  const current = currentSet(deployment, relatives);
  const { reason, message } = condition(deployment, 'Progressing') ?? {};
  return {
    promise: promiseOfDeployment(deployment),
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    progress: progressOf(deployment),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    revision: current === undefined ? '' : hashOf(current),
    keeps: [],
    asked: deployment.spec.template,
    template: deployment.spec.template,
  };
}

export function promiseOfDeployment({ spec }: Deployment): DeploymentPromise {
  const replicas = spec.replicas ?? 1;
  const { type, rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate') return promiseOf(replicas, { type });
  return promiseOf(replicas, {
    type: 'RollingUpdate',
    maxSurge: rollingUpdate?.maxSurge ?? '25%',
    maxUnavailable: rollingUpdate?.maxUnavailable ?? '25%',
  });
}

/** As `kubectl rollout status` decides (DeploymentStatusViewer, k8s.io/kubectl/pkg/polymorphichelpers). */
function progressOf({ metadata, spec, status = {} }: Deployment): Progress {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return 'progressing';
  if (condition({ status }, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return 'stuck';
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const complete =
    updatedReplicas >= (spec.replicas ?? 1) && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
  return complete ? 'complete' : 'progressing';
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** The ReplicaSet of its present revision, or undefined where its controller has made none yet. */
export function currentSet({ metadata }: Deployment, relatives: Relatives): ReplicaSet | undefined {
  const revision = metadata.annotations?.[revisionAnnotation];
  return relatives
    .replicaSetsOf('Deployment', metadata.name)
    .find((set) => set.metadata.annotations?.[revisionAnnotation] === revision);
}
