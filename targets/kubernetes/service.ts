import { HitlessError } from '../../record/error.ts';
import type { Path } from '../../record/facts.ts';
import { isLoopback } from '../address.ts';
import { type Api, ApiRefusal, type KubeObject } from './api.ts';
import type { Wanted } from './manifests.ts';

export interface Service extends KubeObject {
  spec: {
    type?: string;
    clusterIP?: string;
    ports?: { name?: string; port: number; targetPort?: number | string; nodePort?: number }[];
    selector?: Record<string, string>;
    sessionAffinity?: string;
    externalTrafficPolicy?: string;
    internalTrafficPolicy?: string;
    trafficDistribution?: string;
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export function ingressOf({ status }: Service): string | undefined {
  const [first] = status?.loadBalancer?.ingress ?? [];
  return first?.ip ?? first?.hostname;
}

/** Another Service with this address and port: traffic might go there, and the answers would be somebody else's. */
export async function refuseSharedAddress(api: Api, service: Service): Promise<void> {
  const address = ingressOf(service);
  if (address === undefined) return;
  const twin = (await loadBalancers(api)).find(
    (other) =>
      other.metadata.uid !== service.metadata.uid && ingressOf(other) === address && sharedPort(service, other),
  );
  if (twin !== undefined) throw taken(twin, address, service.spec.ports?.[0]?.port ?? 0);
}

/** The same before anything is made, where the cluster's LoadBalancers are seen to share this machine's loopback. */
export async function refuseTakenPort(api: Api, { object, at }: Wanted): Promise<void> {
  const wanted = object as Service;
  if (wanted.spec.type !== 'LoadBalancer') return;
  const twin = (await loadBalancers(api)).find(
    (other) => isLoopback(ingressOf(other) ?? '') && sharedPort(wanted, other),
  );
  if (twin === undefined) return;
  const fault = taken(twin, ingressOf(twin) ?? '', wanted.spec.ports?.[0]?.port ?? 0);
  throw new HitlessError(fault.code, fault.message, {
    blame: fault.blame,
    location: at(['spec', 'ports', 0, 'port']),
    hint: fault.hint ?? '',
  });
}

function sharedPort(one: Service, other: Service): boolean {
  return (one.spec.ports ?? []).some(({ port }) => other.spec.ports?.some((taken) => taken.port === port));
}

function taken({ metadata }: Service, address: string, port: number): HitlessError {
  const run = metadata.labels?.['hitless.run'];
  const whose = run === undefined ? '' : ` of the run ${run}`;
  return new HitlessError(
    'HITLESS_ADDRESS_TAKEN',
    `the Service ${metadata.namespace}/${metadata.name}${whose} has ${address}:${port} already`,
    { blame: 'environment', hint: 'Wait until it is gone, or give the Service another port.' },
  );
}

async function loadBalancers(api: Api): Promise<Service[]> {
  try {
    const { items } = await api.get<{ items: Service[] }>('/api/v1/services');
    return items.filter(({ spec }) => spec.type === 'LoadBalancer');
  } catch (error) {
    // Who sees one namespace alone cannot know of the others.
    if (error instanceof ApiRefusal && error.status === 403) return [];
    throw error;
  }
}

/** Why connections need not spread evenly over a Service's replicas; undefined where nothing speaks against it. */
export function unequalBecause({ spec, metadata }: Service): string | undefined {
  if (spec.sessionAffinity === 'ClientIP') return 'sessionAffinity: ClientIP keeps a client with its replica';
  if (spec.trafficDistribution !== undefined)
    return `trafficDistribution: ${spec.trafficDistribution} prefers near replicas`;
  const hints =
    metadata.annotations?.['service.kubernetes.io/topology-mode'] ??
    metadata.annotations?.['service.kubernetes.io/topology-aware-hints'];
  if (hints !== undefined && /^auto$/i.test(hints)) return 'topology hints prefer replicas of the same zone';
  const isInside = (spec.type ?? 'ClusterIP') === 'ClusterIP';
  if (!isInside && spec.externalTrafficPolicy === 'Local')
    return 'externalTrafficPolicy: Local leads to the replicas of one node';
  if (isInside && spec.internalTrafficPolicy === 'Local')
    return 'internalTrafficPolicy: Local leads to the replicas of one node';
  return undefined;
}

export interface Found {
  host: string;
  port: number;
  path: Path;
  /** LoadBalancer, NodePort, ClusterIP, port-forward. */
  by: string;
}
