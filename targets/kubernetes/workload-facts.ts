import type { DeploymentFacts } from '../../record/facts.ts';
import { type WorkloadKind, workloadKinds } from '../../record/workload.ts';
import type { KubeObject } from './api.ts';
import { endingOf } from './ending.ts';
import { type ContainerYaml, podTemplateOf } from './manifests.ts';
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
  const { containers = [] } = template?.spec ?? {};
  return {
    name: object.metadata.name,
    ...(kind !== 'Deployment' && { kind }),
    promise,
    readinessProbe: containers.some(({ readinessProbe }) => readinessProbe !== undefined),
    ...unreadySecondsOf(containers),
    ...endingOf(template?.spec ?? {}),
  };
}

/**
 * A kubelet probes readiness until a container has ended (probeManager, pkg/kubelet/prober), each time on a new connection, which is
 * refused at once where nobody listens; a command may ask for anything.
 */
function unreadySecondsOf(containers: readonly ContainerYaml[]): Pick<DeploymentFacts, 'unreadySeconds'> {
  const [probe, other] = containers.flatMap(({ readinessProbe }) => readinessProbe ?? []);
  if (probe === undefined || other !== undefined || probe.exec !== undefined) return {};
  const { periodSeconds = 10, failureThreshold = 3 } = probe;
  return { unreadySeconds: periodSeconds * (failureThreshold + 1) + 1 };
}
