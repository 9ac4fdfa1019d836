import type { FileLocation } from '../../record/error.ts';
import type { LabelSelectorYaml } from './schema.ts';
import type { FieldPath } from './source.ts';

/** A whole number or a percentage of the replicas. */
export type IntOrPercent = number | string;

export type Strategy =
  | { type: 'RollingUpdate'; maxSurge: IntOrPercent; maxUnavailable: IntOrPercent }
  | { type: 'Recreate' };

export interface HttpGet {
  path: string;
  port: number;
  host?: string;
  scheme: 'HTTP' | 'HTTPS';
  headers: { name: string; value: string }[];
}

export type ProbeAction =
  | { kind: 'httpGet'; httpGet: HttpGet }
  | { kind: 'tcpSocket'; port: number; host?: string }
  | { kind: 'exec'; command: string[] };

export interface Probe {
  action: ProbeAction;
  initialDelaySeconds: number;
  periodSeconds: number;
  timeoutSeconds: number;
  successThreshold: number;
  failureThreshold: number;
  /** Of a liveness or startup probe: in place of the pod's. */
  terminationGracePeriodSeconds?: number;
}

export type Hook =
  | { kind: 'exec'; command: string[] }
  | { kind: 'httpGet'; httpGet: HttpGet }
  | { kind: 'sleep'; seconds: number };

export type EnvSource =
  | { value: string }
  | { field: 'metadata.name' | 'metadata.namespace' | 'spec.nodeName' | 'status.podIP' };

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env: { name: string; source: EnvSource }[];
  ports: { name?: string; containerPort: number }[];
  /** Which volume of the pod is where. */
  mounts?: Mount[];
  readiness?: Probe;
  liveness?: Probe;
  startup?: Probe;
  preStop?: Hook;
}

export interface Mount {
  /** The volume's name. */
  volume: string;
  /** Absolute, without `..` and without a slash at its end. */
  mountPath: string;
  readOnly: boolean;
}

/** Where a volume's content comes from and how long it lives; `other`: something that only a cluster has. */
export type Volume = { name: string } & (
  | { kind: 'claim'; claim: string }
  | { kind: 'emptyDir' }
  | { kind: 'configMap'; files: Record<string, string> }
  | { kind: 'other'; source: string }
);

export interface PodTemplate {
  labels: Record<string, string>;
  terminationGracePeriodSeconds: number;
  container: Container;
  volumes?: Volume[];
}

export interface Deployment {
  name: string;
  replicas: number;
  selector: LabelSelectorYaml;
  strategy: Strategy;
  minReadySeconds: number;
  progressDeadlineSeconds: number;
  template: PodTemplate;
  at(path: FieldPath): FileLocation;
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort: number | string;
}

export interface Service {
  name: string;
  selector: Record<string, string>;
  ports: ServicePort[];
  publishNotReadyAddresses: boolean;
  at(path: FieldPath): FileLocation;
}

/** A PersistentVolumeClaim. Its size and its class are a matter of the cluster. */
export interface Claim {
  name: string;
  at(path: FieldPath): FileLocation;
}

export interface ConfigMap {
  name: string;
  data: Record<string, string>;
  at(path: FieldPath): FileLocation;
}

export interface Manifests {
  deployments: Deployment[];
  services: Service[];
  claims?: Claim[];
  /** What was skipped or looks wrong without being an error, one line each. */
  notices: string[];
}
