import type { ContainerState, Pod } from '../../../../targets/kubernetes/observe/objects.ts';

export const labels = { app: 'app', 'pod-template-hash': '5d9' };

interface PodParts {
  node?: string;
  ready?: boolean;
  state?: ContainerState;
  lastState?: ContainerState;
  containerID?: string;
  restartCount?: number;
  metadata?: Partial<Pod['metadata']>;
}

/** A pod of the Deployment `app`, as a server stores it, with one container; `name` ends in the set's hash and its own. */
export function pod(
  name: string,
  { node, ready, state, lastState, containerID, restartCount = 0, metadata }: PodParts = {},
) {
  const status = {
    name: 'app',
    restartCount,
    ready: ready === true,
    ...(containerID === undefined ? {} : { containerID }),
    ...(state === undefined ? {} : { state }),
    ...(lastState === undefined ? {} : { lastState }),
  };
  return {
    metadata: {
      name,
      labels,
      ownerReferences: [{ kind: 'ReplicaSet', name: 'app-5d9', uid: 'set', controller: true }],
      ...metadata,
    },
    spec: { ...(node === undefined ? {} : { nodeName: node }), containers: [{ name: 'app', image: 'mimuc/app:v1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [status],
    },
  };
}

/** A pod of the StatefulSet `db`, of one of its revisions. */
export function memberOf(name: string, revision: string, parts: PodParts = {}) {
  const image = `mimuc/db:${revision}`;
  const made = pod(name, {
    ...parts,
    metadata: {
      labels: { app: 'db', 'controller-revision-hash': `db-${revision}` },
      ownerReferences: [{ kind: 'StatefulSet', name: 'db', uid: 'db', controller: true }],
      ...parts.metadata,
    },
  });
  return { ...made, spec: { ...made.spec, containers: [{ name: 'app', image }] } };
}

export function slice(
  ...pods: { name: string; uid?: string; ready?: boolean; serving?: boolean; terminating?: boolean }[]
) {
  return {
    metadata: { name: 'app-x1', labels: { 'kubernetes.io/service-name': 'app' } },
    endpoints: pods.map(({ name, uid, ...conditions }) => ({
      addresses: ['10.0.0.1'],
      conditions,
      targetRef: { kind: 'Pod', name, ...(uid !== undefined && { uid }) },
    })),
  };
}
