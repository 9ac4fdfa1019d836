import { type Connection, RefusedByServer } from './connection.ts';
import type { KubernetesObject, Resource } from './objects.ts';

const pageSize = 500;
const limitMs = 10_000;
/** On a cluster with more nodes than this they are not watched: each of them changes every few seconds. */
const mostNodes = 100;

/** There are too many to watch them all. */
export class TooMany extends Error {}

export interface ListOfAll {
  items: KubernetesObject[];
  /** The store's newest when the first page was read; later pages show the same moment. */
  revision: string;
  sentUs: number;
  /** When the first page was there, and when the last. */
  readUs: number;
  receivedUs: number;
}

interface Page {
  items?: KubernetesObject[] | null;
  metadata?: { resourceVersion?: string; continue?: string };
}

/** All objects of a kind as they are now (without resourceVersion a list is never an old one), in pages. */
export async function listAll(
  connection: Connection,
  resource: Resource,
  path: string,
  signal: AbortSignal,
): Promise<ListOfAll> {
  const first = await connection.json<Page>(`${path}?limit=${pageSize}`, limitMs, signal);
  const items = [...(first.value.items ?? [])];
  const revision = first.value.metadata?.resourceVersion ?? '';
  if (revision === '') throw new RefusedByServer(500, `the list of ${resource} has no resourceVersion`, null);
  let receivedUs = first.receivedUs;
  let next = first.value.metadata?.continue;
  while (next) {
    if (resource === 'nodes' && items.length > mostNodes) throw new TooMany(`more than ${mostNodes} nodes`);
    const query = `limit=${pageSize}&continue=${encodeURIComponent(next)}`;
    const page = await connection.json<Page>(`${path}?${query}`, limitMs, signal);
    items.push(...(page.value.items ?? []));
    receivedUs = page.receivedUs;
    next = page.value.metadata?.continue;
  }
  if (resource === 'nodes' && items.length > mostNodes) throw new TooMany(`more than ${mostNodes} nodes`);
  return { items, revision, sentUs: first.sentUs, readUs: first.receivedUs, receivedUs };
}
