import { HitlessError } from '../../record/error.ts';
import type { Api, KubeObject } from './api.ts';
import { apps } from './resources.ts';

interface Template {
  metadata?: { labels?: Record<string, string>; [field: string]: unknown };
  spec: { containers: { name: string; image: string }[] };
}

interface Deployment extends KubeObject {
  spec: { paused?: boolean; template: Template };
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/**
 * Gives a Deployment another image, as `kubectl set image`; where it has several containers, those of the same repository.
 * Returns the Deployment's generation from here on.
 */
export async function setImage(api: Api, namespace: string, name: string, image: string): Promise<number> {
  const path = apps(namespace, 'deployments', name);
  const { spec } = await api.get<Deployment>(path);
  const { containers } = spec.template.spec;
  const meant =
    containers.length === 1
      ? containers
      : containers.filter((container) => repositoryOf(container.image) === repositoryOf(image));
  if (meant.length === 0)
    throw new HitlessError(
      'HITLESS_WHICH_CONTAINER',
      `${name} has ${containers.length} containers, and none of them runs another version of ${repositoryOf(image)}`,
      { blame: 'usage', hint: `They run ${containers.map((container) => container.image).join(', ')}.` },
    );
  const change = {
    spec: { template: { spec: { containers: meant.map((container) => ({ name: container.name, image })) } } },
  };
  return generationOf(await api.patch(path, change));
}

/** `mimuc/helloworld` of `host:5000/mimuc/helloworld:v0.0.1@sha256:...`, without the registry, which a mirror may stand for. */
export function repositoryOf(image: string): string {
  const name = (image.split('@')[0] ?? image).replace(/:[^:/]+$/, '');
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : name;
}

/**
 * The template of the revision before, as `kubectl rollout undo` puts it back (ToRevision 0: the newest ReplicaSet but the
 * current one).
 */
export async function undo(api: Api, namespace: string, name: string): Promise<number> {
  const path = apps(namespace, 'deployments', name);
  const deployment = await api.get<Deployment>(path);
  if (deployment.spec.paused === true)
    throw new HitlessError('HITLESS_PAUSED', `${name} is paused, and cannot be undone before it is resumed`, {
      blame: 'usage',
    });
  const { items } = await api.get<{ items: Deployment[] }>(apps(namespace, 'replicasets'));
  const sets = items
    .filter(({ metadata }) => isOwnedBy(metadata, String(deployment.metadata.uid)))
    .map((set) => ({ set, revision: Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) }))
    .sort((one, other) => other.revision - one.revision);
  const before = sets[1]?.set;
  if (before === undefined)
    throw new HitlessError('HITLESS_NO_REVISION', `${name} has no revision before this one to go back to`, {
      blame: 'usage',
    });
  const { template } = structuredClone(before.spec);
  delete template.metadata?.labels?.['pod-template-hash'];
  return generationOf(await api.operate(path, [{ op: 'replace', path: '/spec/template', value: template }]));
}

function isOwnedBy({ ownerReferences }: KubeObject['metadata'], uid: string): boolean {
  return ((ownerReferences ?? []) as { uid: string }[]).some((owner) => owner.uid === uid);
}

export function generationOf({ metadata }: KubeObject): number {
  return Number(metadata.generation ?? 0);
}
