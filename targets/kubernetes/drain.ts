import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { runLabel } from '../owner.ts';
import { cordonedAnnotation } from './annotations.ts';
import { type Api, ApiRefusal, type KubeObject } from './api.ts';
import type { Claim } from './claim.ts';
import { core } from './resources.ts';

/** `kubectl drain` asks again every five seconds; a budget that lets go earlier is met earlier here. */
const askAgainMs = 500;

interface Pod extends KubeObject {
  spec: { nodeName?: string };
  status?: { phase?: string };
}

/**
 * Cordons a node and evicts this run's pods from it, as `kubectl drain` does with all pods: those of others stay. Evictions that a
 * PodDisruptionBudget holds back are asked for again until they are granted or `signal` ends it.
 */
export async function drain(api: Api, claim: Claim, node: string, signal: AbortSignal): Promise<void> {
  await cordon(api, claim, node);
  const { namespace } = claim.place;
  const evicted = new Set<string>();
  for (;;) {
    const query = { fieldSelector: `spec.nodeName=${node}`, labelSelector: `${runLabel}=${claim.runId}` };
    const { items } = await api.get<{ items: Pod[] }>(core(namespace, 'pods'), query);
    const left = items.filter((pod) => isToGo(pod) && !evicted.has(String(pod.metadata.uid)));
    if (left.length === 0) return;
    for (const pod of left) if (await evict(api, namespace, pod)) evicted.add(String(pod.metadata.uid));
    await sleep(askAgainMs, undefined, { signal });
  }
}

async function cordon(api: Api, claim: Claim, node: string): Promise<void> {
  const path = `/api/v1/nodes/${node}`;
  const found = await api.find<KubeObject & { spec: { unschedulable?: boolean } }>(path);
  if (found === undefined) {
    const { items } = await api.get<{ items: KubeObject[] }>('/api/v1/nodes');
    const names = items.map(({ metadata }) => metadata.name);
    throw new HitlessError('HITLESS_NO_NODE', `there is no node ${node}: ${meantOrKnown(node, names)}`, {
      blame: 'usage',
    });
  }
  if (found.spec.unschedulable === true) return;
  await claim.willCordon(node);
  await api.merge(path, {
    metadata: { annotations: { [cordonedAnnotation]: claim.runId } },
    spec: { unschedulable: true },
  });
}

/** A DaemonSet's pods would come back at once, and a static pod's (mirror) cannot go. */
function isToGo({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed' || metadata.deletionTimestamp !== undefined)
    return false;
  const owners = (metadata.ownerReferences ?? []) as { kind: string; controller?: boolean }[];
  const mirror = metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
  return !mirror && !owners.some(({ kind, controller }) => controller === true && kind === 'DaemonSet');
}

/** False where a budget says not now (429), or the budget's state is not known yet (500, several budgets aside). */
async function evict(api: Api, namespace: string, { metadata }: Pod): Promise<boolean> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name, namespace } };
  try {
    await api.create(`${core(namespace, 'pods', metadata.name)}/eviction`, body);
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return true;
    if (error instanceof ApiRefusal && error.status === 429) return false;
    throw error;
  }
}
