import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { addressText, isLoopback, placeOf } from '../../address.ts';
import type { TargetSettings } from '../../target.ts';
import type { TlsSettings } from '../../tls.ts';
import type { ClusterView } from './cluster.ts';
import { type Answers, type FoundPath, handsOnUnseen, pathOf } from './evidence.ts';
import { type Listener, listenerAt } from './listener.ts';
import { ask, type Place, type ProbeAnswer } from './probe.ts';
import { watchListener } from './watch-listener.ts';

export interface WayToFind {
  url: URL;
  tls?: TlsSettings;
  /** Of the URL's host, in place of what the resolver says. */
  addresses?: readonly string[];
  /** The Service behind it and where it is, where there is access to its cluster. */
  cluster?: { service: string; namespace: string; settings: TargetSettings };
  signal: AbortSignal;
}

/** Two are enough to see that they answer alike. */
const mostPods = 2;

/**
 * Finds out what stands between this machine and the app: by whose the address is, by what only a proxy writes, and by
 * who answers requests that nobody may pass on. It asks the address three times, and two pods as often where they can
 * be reached; no request of these can change anything. Where a part cannot be looked at it is left out; nothing is guessed.
 */
export async function findPath({ url, tls, addresses, cluster, signal }: WayToFind): Promise<FoundPath> {
  const { host, port } = placeOf(url);
  const all = addresses ?? (await addressesOf(host));
  const [address] = all;
  if (address === undefined) return { path: 'unknown', evidence: [`${host} has no address.`] };
  const place: Place = {
    address,
    port,
    host: url.host,
    path: url.pathname,
    tls: url.protocol === 'https:' ? (tls ?? {}) : null,
  };
  const view = await viewOf(cluster, all, port);
  const pods = [];
  for (const pod of view.pods.slice(0, mostPods)) {
    // What a pod speaks behind a front that speaks TLS is not known: plain HTTP is tried.
    const answers = await answersOf({ ...place, address: pod.address, port: pod.port, tls: null }, signal);
    if (answers.ordinary !== null && answers.ordinary.status !== null) pods.push({ pod: pod.pod, answers });
  }
  const ordinary = await ask('ordinary', place, signal);
  const listener = isOfThisMachine(address) ? await listenerOf(place, signal) : undefined;
  return pathOf({
    address: addressText({ host: address, port }),
    owner: view.owner,
    isPod: view.pods.some((pod) => pod.address === address && pod.port === port),
    listener,
    answers: await answersOf(place, signal, ordinary),
    pods,
  });
}

async function listenerOf(place: Place, signal: AbortSignal): Promise<Listener | undefined> {
  const listener = listenerAt(place.address, place.port);
  if (listener === undefined || !handsOnUnseen(listener)) return listener;
  return { ...listener, ...(await watchListener(place, listener.pids, signal)) };
}

async function viewOf(cluster: WayToFind['cluster'], addresses: readonly string[], port: number): Promise<ClusterView> {
  if (cluster === undefined) return { owner: undefined, pods: [] };
  const { lookInCluster } = await import('./cluster.ts');
  return lookInCluster({ ...cluster, addresses, port });
}

async function answersOf(place: Place, signal: AbortSignal, known?: ProbeAnswer | null): Promise<Answers> {
  const ordinary = known === undefined ? await ask('ordinary', place, signal) : known;
  if (ordinary === null) return { ordinary, 'no colon': null, 'no host': null };
  return {
    ordinary,
    'no colon': await ask('no colon', place, signal),
    'no host': await ask('no host', place, signal),
  };
}

async function addressesOf(host: string): Promise<string[]> {
  return (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address);
}

function isOfThisMachine(address: string): boolean {
  if (isLoopback(address)) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address));
}
