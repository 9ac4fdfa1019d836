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
}

export interface Pod extends KubernetesObject {
  spec: { nodeName?: string; containers: PodContainer[]; initContainers?: PodContainer[] };
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

export interface ReplicaSet extends KubernetesObject {
  spec: { replicas?: number; template?: PodTemplate };
  status?: { replicas?: number; readyReplicas?: number; conditions?: Condition[] };
}

export interface Deployment extends KubernetesObject {
  spec: {
    replicas?: number;
    paused?: boolean;
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } };
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean | null; serving?: boolean | null; terminating?: boolean | null };
  targetRef?: { kind?: string; name?: string };
}

export interface EndpointSlice extends KubernetesObject {
  endpoints?: Endpoint[] | null;
}

export interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string> };
}

/** A line of the platform's own report (kind Event of v1). */
export interface Report extends KubernetesObject {
  involvedObject: { kind?: string; name?: string; fieldPath?: string };
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
  replicasets: ReplicaSet;
  pods: Pod;
  endpointslices: EndpointSlice;
  services: Service;
  events: Report;
  horizontalpodautoscalers: Autoscaler;
  nodes: Node;
}

export type Resource = keyof Objects;

interface Place {
  /** Up to the namespace. */
  prefix: string;
  namespaced: boolean;
  /** Without it no replica is known. */
  needed: boolean;
}

export const resources: Record<Resource, Place> = {
  deployments: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
  replicasets: { prefix: '/apis/apps/v1', namespaced: true, needed: true },
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
