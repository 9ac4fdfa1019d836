import type { ReplicaPlace } from '../../record/facts.ts';
import type { Observer } from './observe/observer.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
const zoneLabel = 'topology.kubernetes.io/zone';
const regionLabel = 'topology.kubernetes.io/region';

/** On which node each pod was, also of those that are gone. */
export class Placement {
  readonly #nodes = new Map<string, string>();

  /** To be told of each change; `replicaOf` a pod, as the state calls it. */
  note(observer: Observer, replicaOf: (pod: string) => string): void {
    for (const { metadata, spec } of observer.all('pods'))
      if (spec.nodeName !== undefined) this.#nodes.set(replicaOf(metadata.name), spec.nodeName);
  }

  /** By pod; zone and region where the node says them and may be looked at. */
  places(observer: Observer | undefined): Record<string, ReplicaPlace> {
    return Object.fromEntries([...this.#nodes].map(([pod, node]) => [pod, placeOf(node, observer)]));
  }
}

function placeOf(node: string, observer: Observer | undefined): ReplicaPlace {
  const labels = observer?.find('nodes', node)?.metadata.labels ?? {};
  const { [zoneLabel]: zone, [regionLabel]: region } = labels;
  return { node, ...(zone !== undefined && { zone }), ...(region !== undefined && { region }) };
}
