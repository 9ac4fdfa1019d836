import type { WorkloadKind } from '../../../record/workload.ts';

/** What is read of Kubernetes's objects, as the API server writes them: times are text. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
  managedFields?: { manager?: string; time?: string }[];
}

export interface KubernetesObject {
  metadata: ObjectMeta;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
}

export interface Terminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  containerID?: string;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string | null };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  containerID?: string;
  restartCount: number;
  ready: boolean;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface PodContainer {
  name: string;
  image: string;
  restartPolicy?: string;
  resources?: unknown;
  lifecycle?: { preStop?: { sleep?: { seconds?: number }; exec?: { command?: string[] } } };
}

export interface Pod extends KubernetesObject {
  spec: {
    nodeName?: string;
    containers: PodContainer[];
    initContainers?: PodContainer[];
    terminationGracePeriodSeconds?: number;
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    startTime?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec: { containers: PodContainer[] };
}

interface ReplicasStatus {
  observedGeneration?: number;
  replicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  conditions?: Condition[];
}

interface UpdatedStatus extends ReplicasStatus {
  updatedReplicas?: number;
}

export interface ReplicaSet extends KubernetesObject {
  spec: { replicas?: number; template?: PodTemplate };
  status?: ReplicasStatus;
}

export interface Deployment extends KubernetesObject {
  spec: {
    replicas?: number;
    paused?: boolean;
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: Scaled; maxUnavailable?: Scaled } };
    template: PodTemplate;
  };
  status?: UpdatedStatus;
}

type Scaled = number | string;

export interface StatefulSet extends KubernetesObject {
  spec: {
    replicas?: number;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: Scaled } };
    template: PodTemplate;
  };
  status?: UpdatedStatus & { currentRevision?: string; updateRevision?: string };
}

export interface DaemonSet extends KubernetesObject {
  spec: {
    updateStrategy?: { type?: string; rollingUpdate?: { maxSurge?: Scaled; maxUnavailable?: Scaled } };
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberReady?: number;
    numberAvailable?: number;
    numberMisscheduled?: number;
    conditions?: Condition[];
  };
}

/** A template of a DaemonSet as it was at some time. */
export interface ControllerRevision extends KubernetesObject {
  revision: number;
}

/** Of Argo, https://argoproj.github.io/argo-rollouts/features/specification/. */
export interface Rollout extends KubernetesObject {
  spec: {
    replicas?: number;
    restartAt?: string | null;
    strategy?: {
      canary?: { maxSurge?: Scaled; maxUnavailable?: Scaled; trafficRouting?: object } | null;
      blueGreen?: object | null;
    };
    template?: PodTemplate;
    workloadRef?: { kind?: string; name?: string };
  };
  status?: {
    /** A number, but as text. */
    observedGeneration?: string;
    workloadObservedGeneration?: string;
    phase?: string;
    message?: string;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    currentPodHash?: string;
    stableRS?: string;
    controllerPause?: boolean;
    pauseConditions?: object[];
    conditions?: Condition[];
  };
}

export interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean | null; serving?: boolean | null; terminating?: boolean | null };
  targetRef?: { kind?: string; name?: string; uid?: string };
}

export interface EndpointSlice extends KubernetesObject {
  endpoints?: Endpoint[] | null;
}

export interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string> };
}

/** A line of the platform's own report (kind Event of v1). */
export interface Report extends KubernetesObject {
  involvedObject: { kind?: string; name?: string; uid?: string; fieldPath?: string };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
  source?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
}

export interface Autoscaler extends KubernetesObject {
  spec: { scaleTargetRef: { kind: string; name: string } };
  status?: { currentReplicas?: number; desiredReplicas?: number };
}

export interface Node extends KubernetesObject {
  spec?: { unschedulable?: boolean };
  status?: { conditions?: Condition[] };
}

/** Each kind that is watched, by the name that the API gives it. */
export interface Objects {
  deployments: Deployment;
  statefulsets: StatefulSet;
  daemonsets: DaemonSet;
  rollouts: Rollout;
  replicasets: ReplicaSet;
  controllerrevisions: ControllerRevision;
  pods: Pod;
  endpointslices: EndpointSlice;
  services: Service;
  events: Report;
  horizontalpodautoscalers: Autoscaler;
  nodes: Node;
}

export type Resource = keyof Objects;

export type WorkloadObject = Deployment | StatefulSet | DaemonSet | Rollout | ReplicaSet;

interface Place {
  /** Up to the namespace. */
  prefix: string;
  namespaced: boolean;
  /** Where it is watched at all: without it no replica, or no workload, is known. */
  needed: boolean;
}

export const resources: Record<Resource, Place> = {
  deployments: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
  statefulsets: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
  daemonsets: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
  rollouts: { prefix: '/apis/argoproj.io/v1alpha1', namespaced: true, needed: true },
  replicasets: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
  controllerrevisions: { prefix: '/apis/apps/v1', namespaced: true, needed: false },
  pods: { prefix: '/api/v1', namespaced: true, needed: true },
  endpointslices: { prefix: '/apis/discovery.k8s.io/v1', namespaced: true, needed: true },
  services: { prefix: '/api/v1', namespaced: true, needed: false },
  events: { prefix: '/api/v1', namespaced: true, needed: false },
  horizontalpodautoscalers: { prefix: '/apis/autoscaling/v2', namespaced: true, needed: false },
  nodes: { prefix: '/api/v1', namespaced: false, needed: false },
};

export function pathOf(resource: Resource, namespace: string): string {
  const { prefix, namespaced } = resources[resource];
  return namespaced ? `${prefix}/namespaces/${encodeURIComponent(namespace)}/${resource}` : `${prefix}/${resource}`;
}

/** Where workloads of a kind are, and what tells of their revisions. */
const ofKinds: Record<WorkloadKind, readonly [Resource, ...Resource[]]> = {
  Deployment: ['deployments', 'replicasets'],
  StatefulSet: ['statefulsets'],
  DaemonSet: ['daemonsets', 'controllerrevisions'],
  Rollout: ['rollouts', 'replicasets'],
  ReplicaSet: ['replicasets'],
};

export function resourceOf(kind: WorkloadKind): Resource {
  return ofKinds[kind][0];
}

/** All that is watched for workloads of these kinds. */
export function watchedFor(kinds: readonly WorkloadKind[]): Resource[] {
  const always = ['pods', 'endpointslices', 'services', 'events', 'horizontalpodautoscalers', 'nodes'] as const;
  return [...new Set([...kinds.flatMap((kind) => ofKinds[kind]), ...always])];
}
