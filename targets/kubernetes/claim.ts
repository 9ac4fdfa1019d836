import { runLabel, thisOwner } from '../owner.ts';
import { cordonedAnnotation, objectsAnnotation, ownerAnnotation } from './annotations.ts';
import type { Api, KubeObject } from './api.ts';
import { core } from './resources.ts';

/** Where a run writes down in the cluster what is its own: its namespace, or a ConfigMap in the user's. */
export interface ClaimPlace {
  namespace: string;
  /** Name of the ConfigMap; without it the namespace itself is the claim. */
  configMap?: string;
}

export function claimPath({ namespace, configMap }: ClaimPlace): string {
  return configMap === undefined ? `/api/v1/namespaces/${namespace}` : core(namespace, 'configmaps', configMap);
}

/**
 * What a run has in a cluster, written there before it is made, so that it can be removed by whoever finds it when the run was
 * killed.
 */
export class Claim {
  readonly place: ClaimPlace;
  readonly runId: string;
  readonly #api: Api;
  readonly #made: string[] = [];
  readonly #cordoned = new Set<string>();
  readonly #privileged: boolean;

  /**
   * Of a namespace for this run alone where none is given; `privileged`: one in which pods may see the processes of their node,
   * whatever the cluster's default is.
   */
  constructor(api: Api, runId: string, namespace: string | undefined, privileged = false) {
    this.#api = api;
    this.runId = runId;
    this.#privileged = privileged;
    this.place =
      namespace === undefined ? { namespace: `hitless-${runId}` } : { namespace, configMap: `hitless-${runId}` };
  }

  get labels(): Record<string, string> {
    return { [runLabel]: this.runId };
  }

  async make(): Promise<void> {
    const { namespace, configMap } = this.place;
    const metadata = {
      name: configMap ?? namespace,
      labels: {
        ...this.labels,
        ...(this.#privileged && configMap === undefined && { 'pod-security.kubernetes.io/enforce': 'privileged' }),
      },
      annotations: { [ownerAnnotation]: thisOwner(), [objectsAnnotation]: '[]' },
    };
    const kind = configMap === undefined ? 'Namespace' : 'ConfigMap';
    const path = configMap === undefined ? '/api/v1/namespaces' : core(namespace, 'configmaps');
    await this.#api.create(path, { apiVersion: 'v1', kind, metadata });
  }

  /** What will be made next, and does not go away with the namespace. */
  async willMake(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    this.#made.push(...paths);
    await this.#annotate(objectsAnnotation, this.#made);
  }

  async willCordon(node: string): Promise<void> {
    this.#cordoned.add(node);
    await this.#annotate(cordonedAnnotation, [...this.#cordoned]);
  }

  async #annotate(name: string, value: unknown): Promise<void> {
    await this.#api.merge<KubeObject>(claimPath(this.place), {
      metadata: { annotations: { [name]: JSON.stringify(value) } },
    });
  }
}
