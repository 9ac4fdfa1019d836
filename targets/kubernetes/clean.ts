import { isDead, ownerInWords, runLabel } from '../owner.ts';
import { ownerAnnotation } from './annotations.ts';
import { Api, ApiRefusal, type KubeObject } from './api.ts';
import type { ClaimPlace } from './claim.ts';
import { clusterFault } from './fault.ts';
import { type ClusterChoice, clusterIsKnown, loadCluster } from './kubeconfig.ts';
import { removeRun } from './removal.ts';
import { core } from './resources.ts';

export { clusterIsKnown };

/** What a lease says of a run in a cluster: how to get there, and where it wrote down what it has. */
export interface LeasedCluster extends ClusterChoice {
  place: ClaimPlace;
}

/** Removes what one run has in a cluster; for whoever knows that its owner is dead. */
export async function removeLeased({ place, ...choice }: LeasedCluster): Promise<boolean> {
  return withApi(choice, (api) => removeRun(api, place));
}

/**
 * Removes what dead runs left in a cluster: their namespaces, or what they made in a user's own (`namespace`, where not all of them may
 * be looked at). Never what a living one uses; of a run of another machine, whose processes cannot be seen, not before a day
 * has passed. Returns a line for each. Rejects where there is no cluster.
 */
export async function cleanDeadRuns(choice: ClusterChoice, namespace?: string): Promise<string[]> {
  return withApi(choice, (api) => cleanDeadRunsOf(api, namespace));
}

export async function cleanDeadRunsOf(api: Api, namespace?: string): Promise<string[]> {
  const lines: string[] = [];
  for (const { claim, place } of await claims(api, namespace)) {
    const owner = claim.metadata.annotations?.[ownerAnnotation];
    if (!isDead(owner)) continue;
    if (!(await removeRun(api, place))) continue;
    const what =
      place.configMap === undefined ? `the namespace ${place.namespace}` : `what it made in ${place.namespace}`;
    const run = claim.metadata.labels?.[runLabel];
    lines.push(`removed what run ${run} left: ${what} (its owner, ${ownerInWords(owner)}, is gone)`);
  }
  return lines;
}

async function claims(api: Api, namespace: string | undefined): Promise<{ claim: KubeObject; place: ClaimPlace }[]> {
  const namespaces = (await labelled(api, '/api/v1/namespaces')) ?? [];
  const everywhere = await labelled(api, '/api/v1/configmaps');
  const configMaps =
    everywhere ?? (namespace === undefined ? [] : await labelled(api, core(namespace, 'configmaps'))) ?? [];
  return [
    ...namespaces.map((claim) => ({ claim, place: { namespace: claim.metadata.name } })),
    ...configMaps
      .filter(({ metadata }) => metadata.annotations?.[ownerAnnotation] !== undefined)
      .map((claim) => ({
        claim,
        place: { namespace: claim.metadata.namespace ?? '', configMap: claim.metadata.name },
      })),
  ];
}

/** Undefined where we may not look. */
async function labelled(api: Api, path: string): Promise<KubeObject[] | undefined> {
  try {
    return (await api.get<{ items: KubeObject[] }>(path, { labelSelector: runLabel })).items;
  } catch (error) {
    if (error instanceof ApiRefusal && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}

async function withApi<T>(choice: ClusterChoice, use: (api: Api) => Promise<T>): Promise<T> {
  const { kubeConfig, server } = loadCluster(choice);
  const api = new Api(kubeConfig, server);
  try {
    return await use(api);
  } catch (error) {
    throw clusterFault(error, { doing: 'remove what dead runs left', server });
  } finally {
    await api.close();
  }
}
