import type { Event } from '../../../record/event.ts';
import { type WorkloadKind, workloadKinds } from '../../../record/workload.ts';
import type { Scene } from './change.ts';
import type { KubernetesObject, Pod, ReplicaSet } from './objects.ts';

/** What controllers write on pods to say of which revision they are: a Deployment's, Argo's, a StatefulSet's or DaemonSet's. */
const revisionLabels = ['pod-template-hash', 'rollouts-pod-template-hash', 'controller-revision-hash'] as const;

/** What made an object; any kind, also one that nobody here knows. */
export interface Owner {
  kind: string;
  name: string;
}

export function controllerOf({ metadata }: KubernetesObject): Owner | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0];
}

/** The revision that an object belongs to, as its workload's controller calls it; '' where there are none. */
export function hashOf({ metadata }: KubernetesObject): string {
  const label = revisionLabels.find((name) => metadata.labels?.[name] !== undefined);
  return label === undefined ? '' : (metadata.labels?.[label] ?? '');
}

/**
 * The workload of a pod, or what else controls it; undefined for a bare pod. A pod may be seen before its ReplicaSet, whose
 * name is the Deployment's, or the Rollout's, and the hash (getReplicaSetName, pkg/controller/deployment).
 */
export function ownerOfPod(pod: Pod, { replicaSetOf }: Pick<Scene, 'replicaSetOf'>): Owner | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return owner;
  const set = replicaSetOf(pod);
  if (set !== undefined) return ownerOfSet(set);
  const suffix = `-${hashOf(pod)}`;
  if (hashOf(pod) === '' || !owner.name.endsWith(suffix)) return owner;
  const kind = pod.metadata.labels?.[revisionLabels[1]] === undefined ? 'Deployment' : 'Rollout';
  return { kind, name: owner.name.slice(0, -suffix.length) };
}

/** A ReplicaSet that nothing made is a workload of its own. */
export function ownerOfSet(set: ReplicaSet): Owner {
  return controllerOf(set) ?? { kind: 'ReplicaSet', name: set.metadata.name };
}

/** The name of a pod's workload in the record; '' for a bare pod. */
export function workloadOfPod(pod: Pod, scene: Pick<Scene, 'replicaSetOf' | 'nameOfWorkload'>): string {
  const owner = ownerOfPod(pod, scene);
  return owner === undefined ? '' : scene.nameOfWorkload(owner);
}

export function isKnownKind(kind: string): kind is WorkloadKind {
  return (workloadKinds as readonly string[]).includes(kind);
}

export function versionOfPod(pod: Pod, scene: Pick<Scene, 'versionOf'>): string {
  const image = pod.spec.containers[0]?.image;
  return image === undefined ? '' : scene.versionOf(image);
}

/** What every event of a pod says of it. */
export function detailsOf(pod: Pod, scene: Scene): Partial<Event> {
  return {
    owner: workloadOfPod(pod, scene),
    uid: pod.metadata.uid,
    revision: hashOf(pod),
    version: versionOfPod(pod, scene),
  };
}

/** `v0.0.2` of `host:5000/mimuc/helloworld:v0.0.2@sha256:...`; `latest` where there is none, the digest where it alone is. */
export function tagOf(image: string): string {
  const [name = '', digest] = image.split('@', 2);
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1];
  return tag ?? digest ?? 'latest';
}
