import { setTimeout as sleep } from 'node:timers/promises';
import { runLabel } from '../owner.ts';
import { cordonedAnnotation, objectsAnnotation } from './annotations.ts';
import { type Api, ApiRefusal, type KubeObject } from './api.ts';
import { type ClaimPlace, claimPath } from './claim.ts';
import { core } from './resources.ts';

/** How long the cluster is watched removing what it was told to; it goes on by itself after that. */
const removedWithinMs = 60_000;

/**
 * Removes all that a run made, at once and without grace, and waits until none of its pods is left. Twice does no harm.
 * Returns false where its claim was already gone. What a claim names is removed only where it carries the run's label: others may
 * be able to write a claim.
 */
export async function removeRun(api: Api, place: ClaimPlace): Promise<boolean> {
  const claim = await api.find(claimPath(place));
  const runId = claim?.metadata.labels?.[runLabel];
  if (claim === undefined || runId === undefined) return false;
  for (const node of listed(claim, cordonedAnnotation)) await uncordon(api, node, runId);
  const isNamespace = place.configMap === undefined;
  if (isNamespace) await api.delete(claimPath(place));
  // Last made, first removed.
  for (const path of listed(claim, objectsAnnotation).reverse()) await removeOwn(api, path, runId);
  const untilMs = performance.now() + removedWithinMs;
  while (performance.now() < untilMs && (await anythingLeft(api, place, runId))) await sleep(200);
  if (!isNamespace) await api.delete(claimPath(place));
  return true;
}

async function removeOwn(api: Api, path: string, runId: string): Promise<void> {
  const object = await api.find(path);
  if (object?.metadata.labels?.[runLabel] !== runId) return;
  await api.delete(path, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
}

/** Pods would take their grace: from a namespace that is being deleted, or with their owners deleted, none comes after them. */
async function anythingLeft(api: Api, { namespace, configMap }: ClaimPlace, runId: string): Promise<boolean> {
  const selection = configMap === undefined ? {} : { labelSelector: `${runLabel}=${runId}` };
  const pods = core(namespace, 'pods');
  const { items } = await api.get<{ items: KubeObject[] }>(pods, selection);
  if (items.length > 0) await deleteAll(api, pods, selection);
  if (configMap !== undefined) return items.length > 0 || (await replicaSetsLeft(api, namespace, selection));
  // A load balancer's address is in use for as long as its Service is there.
  await deleteAll(api, core(namespace, 'services'), {});
  return (await api.find(`/api/v1/namespaces/${namespace}`)) !== undefined;
}

async function replicaSetsLeft(api: Api, namespace: string, selection: { labelSelector?: string }): Promise<boolean> {
  const path = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
  const { items } = await api.get<{ items: KubeObject[] }>(path, selection);
  return items.length > 0;
}

async function deleteAll(api: Api, path: string, selection: { labelSelector?: string }): Promise<void> {
  try {
    await api.delete(path, { gracePeriodSeconds: 0, propagationPolicy: 'Background' }, selection);
  } catch (error) {
    // Gone meanwhile, or the right for collections is missing: the namespace, or the owner, takes them along.
    if (!(error instanceof ApiRefusal) || ![403, 404, 405, 409].includes(error.status)) throw error;
  }
}

/** Lets pods onto a node again that this run has cordoned; never one that somebody else has. */
export async function uncordon(api: Api, node: string, runId: string): Promise<void> {
  const path = `/api/v1/nodes/${node}`;
  const found = await api.find(path);
  if (found?.metadata.annotations?.[cordonedAnnotation] !== runId) return;
  await api.merge(path, { metadata: { annotations: { [cordonedAnnotation]: null } }, spec: { unschedulable: null } });
}

function listed({ metadata }: KubeObject, annotation: string): string[] {
  try {
    const value: unknown = JSON.parse(metadata.annotations?.[annotation] ?? '[]');
    return Array.isArray(value)
      ? value.filter((item): item is string => typeof item === 'string' && isPlain(item))
      : [];
  } catch {
    return [];
  }
}

/** Names and paths as the API has them, without a way out of theirs. */
function isPlain(text: string): boolean {
  return /^[\w./:-]+$/.test(text) && !text.split('/').includes('..');
}
