import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../address.ts';
import { Api, ApiRefusal } from '../../kubernetes/api.ts';
import { loadCluster } from '../../kubernetes/kubeconfig.ts';
import type { EndpointSlice } from '../../kubernetes/observe/objects.ts';
import type { Service } from '../../kubernetes/service.ts';
import type { TargetSettings } from '../../target.ts';
import type { Owner } from './evidence.ts';

export interface ClusterView {
  owner: Owner | undefined;
  /** Pods behind the Service that are ready, with the port that they serve on. */
  pods: { pod: string; address: string; port: number }[];
}

interface Where {
  service: string;
  namespace: string;
  settings: TargetSettings;
  addresses: readonly string[];
  port: number;
}

/** What the cluster says of an address and of the pods behind a Service. What may not be looked at is left out. */
export async function lookInCluster({ service, namespace, settings, addresses, port }: Where): Promise<ClusterView> {
  const { kubeConfig, server } = loadCluster(settings);
  const api = new Api(kubeConfig, server);
  try {
    const services = await servicesOf(api, namespace);
    const nodes = await nodeAddresses(api);
    const isAppsOwn = ({ metadata }: Service) => metadata.name === service && metadata.namespace === namespace;
    const owner = services
      .toSorted((a, b) => Number(isAppsOwn(b)) - Number(isAppsOwn(a)))
      .flatMap((one) => {
        const how = ownership(one, addresses, port, nodes);
        return how === undefined ? [] : [{ ...how, service: nameOf(one), isAppsOwn: isAppsOwn(one) }];
      })[0];
    return { owner, pods: await podsBehind(api, namespace, service) };
  } finally {
    await api.close();
  }
}

function nameOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** How an address is a Service's, if it is. */
export function ownership(
  { spec, status }: Service,
  addresses: readonly string[],
  port: number,
  nodes: readonly string[],
): Pick<Owner, 'by' | 'byKubeProxy'> | undefined {
  const ports = spec.ports ?? [];
  const onPort = ports.some((one) => one.port === port);
  const is = (address: string | undefined) => address !== undefined && addresses.includes(address);
  if (onPort && is(spec.clusterIP)) return { by: 'ClusterIP', byKubeProxy: true };
  const ingress = (status?.loadBalancer?.ingress ?? []).find(({ ip, hostname }) => is(ip) || is(hostname));
  const given = ingress?.ip ?? ingress?.hostname;
  if (onPort && spec.type === 'LoadBalancer' && given !== undefined)
    return { by: 'LoadBalancer', byKubeProxy: isLoopback(given) || nodes.includes(given) };
  const onNodes = ports.some(({ nodePort }) => nodePort === port);
  if (onNodes && addresses.some((address) => nodes.includes(address))) return { by: 'NodePort', byKubeProxy: true };
  return undefined;
}

async function servicesOf(api: Api, namespace: string): Promise<Service[]> {
  const all = await listed<Service>(api, '/api/v1/services');
  return all ?? (await listed<Service>(api, `/api/v1/namespaces/${encodeURIComponent(namespace)}/services`)) ?? [];
}

/** Loopback leads to the node that this machine is. */
async function nodeAddresses(api: Api): Promise<string[]> {
  interface Node {
    status?: { addresses?: { type: string; address: string }[] };
  }
  const nodes = (await listed<Node>(api, '/api/v1/nodes')) ?? [];
  const addresses = nodes.flatMap(({ status }) => status?.addresses ?? []).map(({ address }) => address);
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  return addresses.some((address) => own.includes(address)) ? [...addresses, '127.0.0.1', '::1'] : addresses;
}

async function podsBehind(api: Api, namespace: string, service: string): Promise<ClusterView['pods']> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
  const slices = (await listed<EndpointSlice>(api, path)) ?? [];
  return slices
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap((slice) => {
      const port = (slice as { ports?: { port?: number }[] }).ports?.[0]?.port;
      if (port === undefined) return [];
      return (slice.endpoints ?? []).flatMap(({ addresses: [address], targetRef, conditions }) => {
        if (address === undefined || conditions?.ready === false) return [];
        return [{ pod: targetRef?.name ?? address, address, port }];
      });
    });
}

/** undefined where it may not be seen. */
async function listed<Item>(api: Api, path: string): Promise<Item[] | undefined> {
  try {
    return (await api.get<{ items: Item[] }>(path)).items;
  } catch (error) {
    if (error instanceof ApiRefusal && [403, 404].includes(error.status)) return undefined;
    throw error;
  }
}
