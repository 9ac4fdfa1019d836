import type { Workload, WorkloadKind } from '../../record/workload.ts';
import { type Api, ApiRefusal, type KubeObject } from '../kubernetes/api.ts';
import { podTemplateOf } from '../kubernetes/manifests.ts';
import {
  type EndpointSlice,
  type Pod,
  pathOf,
  type ReplicaSet,
  type Resource,
  resourceOf,
} from '../kubernetes/observe/objects.ts';
import { selects } from '../manifest/labels.ts';

/** What is there of each kind, asked for once. */
export class Lists {
  readonly namespace: string;
  readonly #api: Api;
  readonly #known = new Map<Resource, Promise<KubeObject[]>>();

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.namespace = namespace;
  }

  of(resource: Resource): Promise<KubeObject[]> {
    const known = this.#known.get(resource) ?? this.#list(resource);
    this.#known.set(resource, known);
    return known;
  }

  async ofKind(kind: WorkloadKind): Promise<KubeObject[] | 'not served'> {
    try {
      const items = await this.of(resourceOf(kind));
      // A list's items do not say what they are.
      const apiVersion = kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1';
      return items.map((item) => ({ ...item, apiVersion, kind }));
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return 'not served';
      throw error;
    }
  }

  async slicesOf(service: string): Promise<EndpointSlice[]> {
    const all = (await this.of('endpointslices')) as unknown as EndpointSlice[];
    return all.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
  }

  /** Without the right to see them, pods' own labels say whose they are. */
  async replicaSetsFor(pods: readonly Pod[]): Promise<Map<string, ReplicaSet>> {
    if (!pods.some((pod) => setNameOf(pod) !== '')) return new Map();
    const sets = (await this.#ifAllowed('replicasets')) as unknown as ReplicaSet[];
    return new Map(sets.map((set) => [set.metadata.name, set]));
  }

  /** Workloads whose next pods a selector chooses, of the kinds that may be seen. */
  async byTemplate(selector: Record<string, string>): Promise<Workload[]> {
    const found: Workload[] = [];
    const borrowed = new Set<string>();
    for (const kind of ['Rollout', 'Deployment', 'StatefulSet', 'DaemonSet'] as const) {
      for (const item of await this.#ifAllowed(resourceOf(kind))) {
        const { name } = item.metadata;
        const { workloadRef } = item.spec as { workloadRef?: { name?: string } };
        // A Deployment that lends a Rollout its template makes no pods itself.
        if (kind === 'Rollout' && workloadRef?.name !== undefined) borrowed.add(workloadRef.name);
        if (kind === 'Deployment' && borrowed.has(name)) continue;
        const template = await this.templateOf({ ...item, kind });
        if (selects(selector, template?.metadata?.labels ?? {})) found.push({ kind, name });
      }
    }
    return found;
  }

  /** Argo's may be another object's. */
  async templateOf(object: KubeObject): Promise<ReturnType<typeof podTemplateOf>> {
    const { workloadRef } = object.spec as { workloadRef?: { kind?: string; name?: string } };
    if (object.kind !== 'Rollout' || workloadRef === undefined) return podTemplateOf(object);
    const lender = (await this.#ifAllowed('deployments')).find(({ metadata }) => metadata.name === workloadRef.name);
    return lender && podTemplateOf({ ...lender, kind: 'Deployment' });
  }

  async #ifAllowed(resource: Resource): Promise<KubeObject[]> {
    try {
      return await this.of(resource);
    } catch (error) {
      if (error instanceof ApiRefusal && [403, 404].includes(error.status)) return [];
      throw error;
    }
  }

  async #list(resource: Resource): Promise<KubeObject[]> {
    return (await this.#api.get<{ items: KubeObject[] }>(pathOf(resource, this.namespace))).items;
  }
}

/** The ReplicaSet that made a pod; '' where none did. */
export function setNameOf(pod: Pod): string {
  return pod.metadata.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name ?? '';
}
