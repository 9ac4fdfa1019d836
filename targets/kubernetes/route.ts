import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import { isLoopback, placeOf } from '../address.ts';
import { type Api, ApiRefusal, type KubeObject } from './api.ts';
import { core } from './resources.ts';
import { type Found, ingressOf, refuseSharedAddress, type Service } from './service.ts';

/** The replicas are ready by now: what is missing is an address (a cloud takes a minute or two) and kube-proxy's next sync (a second). */
const answersWithinMs = 180_000;
/** Where nothing gives out addresses (kind, minikube without a tunnel) the port of the nodes is there all the same. */
const ingressWithinMs = 15_000;
const insideWithinMs = 3_000;
const tryMs = 1_000;

/**
 * Where a Service really answers from here: the addresses that it has are tried until one accepts a connection. Undefined where it
 * is for the cluster alone and this machine does not reach into it; rejects where it should be reachable and is not.
 */
export async function findRoute(
  api: Api,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const startedMs = performance.now();
  const passedMs = () => performance.now() - startedMs;
  for (;;) {
    const service = await api.get<Service>(core(namespace, 'services', name));
    const isInside = (service.spec.type ?? 'ClusterIP') === 'ClusterIP';
    const candidates = await candidatesOf(api, service, passedMs());
    for (const candidate of candidates) {
      if (!(await accepts(candidate.host, candidate.port))) continue;
      await refuseSharedAddress(api, service);
      return candidate;
    }
    if (isInside && passedMs() > insideWithinMs) return undefined;
    if (passedMs() > answersWithinMs) throw unreachable(service, candidates);
    await sleep(100, undefined, { signal });
  }
}

function unreachable({ metadata, spec }: Service, candidates: readonly Found[]): HitlessError {
  const tried = candidates.map(({ host, port }) => `${host}:${port}`).join(', ');
  return new HitlessError(
    'HITLESS_SERVICE_UNREACHABLE',
    `the Service ${metadata.name} (${spec.type}) does not answer from here: ${tried === '' ? 'it was given no address' : `tried ${tried}`}`,
    {
      blame: 'environment',
      hint: 'Does something serve Services of this type in the cluster, and may this machine connect to it? Other ways: type NodePort, or run hitless as a pod of the cluster.',
    },
  );
}

async function candidatesOf(api: Api, service: Service, passedMs: number): Promise<Found[]> {
  const { type = 'ClusterIP', clusterIP, ports } = service.spec;
  const [first] = ports ?? [];
  if (first === undefined) return [];
  const { port, nodePort } = first;
  if (type === 'ClusterIP') {
    const there = clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None';
    return there ? [{ host: clusterIP, port, path: 'direct', by: type }] : [];
  }
  const ingress = ingressOf(service);
  const hosts = await nodeAddresses(api);
  // An address of a node, or of a cluster on this machine, is kube-proxy's; who stands behind another is not known.
  if (ingress !== undefined && type === 'LoadBalancer')
    return [
      { host: ingress, port, path: isLoopback(ingress) || hosts.includes(ingress) ? 'direct' : 'unknown', by: type },
    ];
  if (nodePort === undefined || (type === 'LoadBalancer' && passedMs < ingressWithinMs)) return [];
  return hosts.map((host) => ({ host, port: nodePort, path: 'direct', by: 'NodePort' }));
}

/** Of all nodes, those for outsiders first; loopback too where the API server is on this machine. */
async function nodeAddresses(api: Api): Promise<string[]> {
  const server = placeOf(new URL(api.server)).host;
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const here = isLoopback(server) || own.includes(server) ? ['127.0.0.1'] : [];
  const addresses = await addressesOfNodes(api);
  const ofType = (wanted: string) => addresses.filter(({ type }) => type === wanted).map(({ address }) => address);
  return [...new Set([...ofType('ExternalIP'), ...ofType('InternalIP'), ...here])];
}

async function addressesOfNodes(api: Api): Promise<{ type: string; address: string }[]> {
  try {
    const { items } = await api.get<{
      items: (KubeObject & { status?: { addresses?: { type: string; address: string }[] } })[];
    }>('/api/v1/nodes');
    return items.flatMap(({ status }) => status?.addresses ?? []);
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 403)
      return [{ type: 'InternalIP', address: new URL(api.server).hostname }];
    throw error;
  }
}

export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: tryMs });
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    // A socket of the ephemeral range can meet itself at a closed port (simultaneous open, RFC 9293, 3.5).
    socket.once('connect', () =>
      end(socket.localPort !== socket.remotePort || socket.localAddress !== socket.remoteAddress),
    );
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
