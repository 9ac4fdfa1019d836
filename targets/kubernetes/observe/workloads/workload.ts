import type { DeploymentPromise } from '../../../../record/event.ts';
import type { WorkloadKind } from '../../../../record/workload.ts';
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  KubernetesObject,
  Pod,
  PodTemplate,
  ReplicaSet,
  Rollout,
  StatefulSet,
} from '../objects.ts';
import { readDaemonSet } from './daemon-set.ts';
import { readDeployment } from './deployment.ts';
import { readReplicaSet } from './replica-set.ts';
import { readRollout } from './rollout.ts';
import { readStatefulSet } from './stateful-set.ts';

/** `complete` as `kubectl rollout status` sees it. */
export type Progress = 'progressing' | 'complete' | 'stuck';

/** What a workload says of itself, the same for all kinds. */
export interface Reading {
  promise: DeploymentPromise;
  updated: number;
  ready: number;
  available: number;
  progress: Progress;
  /** Its controller's words for that, where it has any. */
  reason?: string;
  message?: string;
  /** The revision that its template asks for, as it is on pods; '' where that is not known yet. */
  revision: string;
  /** A revision whose replicas are to stay. */
  keeps: string[];
  /** Another one of these is another rollout. */
  asked: unknown;
  template: PodTemplate | undefined;
}

/** What else there is to know of a workload, by its name. */
export interface Relatives {
  replicaSetsOf(kind: WorkloadKind, name: string): ReplicaSet[];
  controllerRevisionsOf(name: string): ControllerRevision[];
  podsOf(kind: WorkloadKind, name: string): Pod[];
}

export const noRelatives: Relatives = {
  replicaSetsOf: () => [],
  controllerRevisionsOf: () => [],
  podsOf: () => [],
};

export function readWorkload(kind: WorkloadKind, object: KubernetesObject, relatives: Relatives): Reading {
  switch (kind) {
    case 'Deployment':
      return readDeployment(object as Deployment, relatives);
    case 'StatefulSet':
      return readStatefulSet(object as StatefulSet);
    case 'DaemonSet':
      return readDaemonSet(object as DaemonSet, relatives);
    case 'Rollout':
      return readRollout(object as Rollout);
    case 'ReplicaSet':
      return readReplicaSet(object as ReplicaSet);
  }
}

/** Of a workload that replaces no pod by itself. */
export function onDelete(replicas: number): DeploymentPromise {
  return { replicas, maxSurge: 0, maxUnavailable: replicas, strategy: 'OnDelete' };
}
