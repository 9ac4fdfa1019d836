import type { Event } from '../../../record/event.ts';
import type { Scene } from './change.ts';
import type { KubernetesObject, Pod } from './objects.ts';

/** What a Deployment's controller writes on its ReplicaSets and their pods. */
const hashLabel = 'pod-template-hash';

export function controllerOf({ metadata }: KubernetesObject): { kind: string; name: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0];
}

/** The revision that an object belongs to, as its Deployment's controller calls it; '' outside Deployments. */
export function hashOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.[hashLabel] ?? '';
}

/**
 * The Deployment of a pod, or what else controls it; '' for a bare pod. A pod may be seen before its ReplicaSet, whose
 * name is the Deployment's and the hash (getReplicaSetName, pkg/controller/deployment).
 */
export function deploymentOf(pod: Pod, scene: Pick<Scene, 'replicaSetOf'>): string {
  const set = scene.replicaSetOf(pod);
  const known = set === undefined ? undefined : controllerOf(set)?.name;
  if (known !== undefined) return known;
  const owner = controllerOf(pod);
  if (owner === undefined) return '';
  const suffix = `-${hashOf(pod)}`;
  return owner.kind === 'ReplicaSet' && hashOf(pod) !== '' && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}

export function versionOfPod(pod: Pod, scene: Pick<Scene, 'versionOf'>): string {
  const image = pod.spec.containers[0]?.image;
  return image === undefined ? '' : scene.versionOf(image);
}

/** What every event of a pod says of it. */
export function detailsOf(pod: Pod, scene: Scene): Partial<Event> {
  return { owner: deploymentOf(pod, scene), revision: hashOf(pod), version: versionOfPod(pod, scene) };
}

/** `v0.0.2` of `host:5000/mimuc/helloworld:v0.0.2@sha256:...`; `latest` where there is none, the digest where it alone is. */
export function tagOf(image: string): string {
  const [name = '', digest] = image.split('@', 2);
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1];
  return tag ?? digest ?? 'latest';
}
