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

export type EnvSource = { value: string } | { field: 'metadata.name' | 'metadata.namespace' | 'status.podIP' };

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env: { name: string; source: EnvSource }[];
  ports: { name?: string; containerPort: number }[];
  readiness?: Probe;
  liveness?: Probe;
  startup?: Probe;
  preStop?: Hook;
}

export interface PodTemplate {
  labels: Record<string, string>;
  terminationGracePeriodSeconds: number;
  container: Container;
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

export interface Manifests {
  deployments: Deployment[];
  services: Service[];
  /** What was skipped or looks wrong without being an error, one line each. */
  notices: string[];
}
