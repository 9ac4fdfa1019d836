import type { DeploymentFacts } from '../../record/facts.ts';
import { type WorkloadKind, workloadKinds } from '../../record/workload.ts';
import type { KubeObject } from './api.ts';
import { podTemplateOf } from './manifests.ts';
import type { WorkloadObject } from './observe/objects.ts';
import { noRelatives, readWorkload } from './observe/workloads/workload.ts';

/** It makes pods and replaces them, and lasts. */
export function isWorkload({ apiVersion, kind }: KubeObject): boolean {
  const group = kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1';
  return apiVersion === group && (workloadKinds as readonly string[]).includes(kind);
}

/** What a workload asks for, with Kubernetes's defaults and its rounding. `template`: where it is another object's. */
export function workloadFacts(object: KubeObject, template = podTemplateOf(object)): DeploymentFacts {
  const kind = object.kind as WorkloadKind;
  const { promise } = readWorkload(kind, object as unknown as WorkloadObject, noRelatives);
  const { containers = [], terminationGracePeriodSeconds = 30 } = template?.spec ?? {};
  const sleep = containers
    .map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds)
    .find((seconds) => seconds !== undefined);
  return {
    name: object.metadata.name,
    ...(kind !== 'Deployment' && { kind }),
    promise,
    readinessProbe: containers.some(({ readinessProbe }) => readinessProbe !== undefined),
    preStop: containers.some(({ lifecycle }) => lifecycle?.preStop !== undefined),
    ...(sleep !== undefined && { preStopSeconds: sleep }),
    graceSeconds: terminationGracePeriodSeconds,
  };
}
