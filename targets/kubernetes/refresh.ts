import { setTimeout as sleep } from 'node:timers/promises';
import { workloadKinds } from '../../record/workload.ts';
import type { Api, KubeObject } from './api.ts';
import { pathOf, type Resource, resourceOf, resources } from './observe/objects.ts';
import type { Observer } from './observe/observer.ts';
import { revisionOf } from './observe/revisions.ts';

/** A watch that has not told of it by then is blind, and the state says so itself. */
const followsWithinMs = 10_000;

interface Listed {
  resource: Resource;
  metadata: { resourceVersion: string };
  items: KubeObject[];
}

/** Resolves when the observer has seen all that the API server has now: what others changed until this call. */
export async function refresh(api: Api, namespace: string, observer: Observer, ended: AbortSignal): Promise<void> {
  const watched = observer.watched.filter((resource) => resources[resource].needed);
  const lists = await Promise.all(
    watched.map(async (resource) => ({ ...(await api.get<Listed>(pathOf(resource, namespace))), resource })),
  );
  for (const list of lists) expectGenerations(observer, list);
  const untilMs = performance.now() + followsWithinMs;
  while (!lists.every((list) => hasSeen(observer, list)) && performance.now() < untilMs)
    await sleep(20, undefined, { signal: ended });
}

function expectGenerations(observer: Observer, { resource, items }: Listed): void {
  const kind = workloadKinds.find((one) => resourceOf(one) === resource);
  if (kind === undefined) return;
  for (const { metadata } of items)
    observer.expect(observer.nameOf({ kind, name: metadata.name }), Number(metadata.generation ?? 0));
}

/** Each object as it was listed or a later one, and none that was gone by then. */
function hasSeen(observer: Observer, { resource, metadata, items }: Listed): boolean {
  const listed = new Map(items.map((item) => [item.metadata.name, String(item.metadata.resourceVersion)]));
  const seen = observer.all(resource);
  return (
    [...listed].every(([name, version]) => isAsNew(observer.find(resource, name)?.metadata.resourceVersion, version)) &&
    seen.every(
      (one) => listed.has(one.metadata.name) || isAsNew(one.metadata.resourceVersion, metadata.resourceVersion),
    )
  );
}

function isAsNew(seen: string | undefined, than: string): boolean {
  return seen !== undefined && (seen === than || revisionOf(seen) >= revisionOf(than));
}
