import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, KubeObject } from './api.ts';
import { pathOf } from './observe/objects.ts';
import type { Observer } from './observe/observer.ts';
import { revisionOf } from './observe/revisions.ts';

/** A watch that has not told of it by then is blind, and the state says so itself. */
const followsWithinMs = 10_000;

const kinds = ['deployments', 'replicasets', 'pods', 'endpointslices'] as const;

interface Listed {
  kind: (typeof kinds)[number];
  metadata: { resourceVersion: string };
  items: KubeObject[];
}

/** Resolves when the observer has seen all that the API server has now: what others changed until this call. */
export async function refresh(api: Api, namespace: string, observer: Observer, ended: AbortSignal): Promise<void> {
  const lists = await Promise.all(
    kinds.map(async (kind) => ({ ...(await api.get<Listed>(pathOf(kind, namespace))), kind })),
  );
  for (const { metadata } of lists[0]?.items ?? []) observer.expect(metadata.name, Number(metadata.generation ?? 0));
  const untilMs = performance.now() + followsWithinMs;
  while (!lists.every((list) => hasSeen(observer, list)) && performance.now() < untilMs)
    await sleep(20, undefined, { signal: ended });
}

/** Each object as it was listed or a later one, and none that was gone by then. */
function hasSeen(observer: Observer, { kind, metadata, items }: Listed): boolean {
  const listed = new Map(items.map((item) => [item.metadata.name, String(item.metadata.resourceVersion)]));
  const seen = observer.all(kind);
  return (
    [...listed].every(([name, version]) => isAsNew(observer.find(kind, name)?.metadata.resourceVersion, version)) &&
    seen.every(
      (one) => listed.has(one.metadata.name) || isAsNew(one.metadata.resourceVersion, metadata.resourceVersion),
    )
  );
}

function isAsNew(seen: string | undefined, than: string): boolean {
  return seen !== undefined && (seen === than || revisionOf(seen) >= revisionOf(than));
}
