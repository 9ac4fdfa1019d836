/** What makes and replaces pods. `Rollout` is Argo's (argoproj.io/v1alpha1), the others are of apps/v1. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'ReplicaSet'] as const;

export type WorkloadKind = (typeof workloadKinds)[number];

/** A workload of a namespace. */
export interface Workload {
  kind: WorkloadKind;
  name: string;
}
