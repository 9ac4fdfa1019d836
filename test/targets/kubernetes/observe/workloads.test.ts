import { describe, expect, test } from 'vitest';
import type { WorkloadKind } from '../../../../record/workload.ts';
import type { KubernetesObject } from '../../../../targets/kubernetes/observe/objects.ts';
import {
  noRelatives,
  type Relatives,
  readWorkload,
} from '../../../../targets/kubernetes/observe/workloads/workload.ts';

const template = { spec: { containers: [{ name: 'app', image: 'app:v1' }] } };

function read(kind: WorkloadKind, spec: object, status: object = {}, relatives: Relatives = noRelatives) {
  const metadata = { name: 'app', uid: 'app', resourceVersion: '1', creationTimestamp: '', generation: 2 };
  return readWorkload(kind, { metadata, spec: { template, ...spec }, status } as KubernetesObject, relatives);
}

const rolling = (rollingUpdate: object) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });

describe('what is promised', () => {
  // The rules are quoted beside the code that keeps them.
  test.each([
    ['StatefulSet', { replicas: 3 }, {}, { maxSurge: 0, maxUnavailable: 1, strategy: 'RollingUpdate' }],
    ['StatefulSet', { replicas: 3, ...rolling({ partition: 2 }) }, {}, { maxSurge: 0, maxUnavailable: 1 }],
    ['StatefulSet', { replicas: 5, ...rolling({ maxUnavailable: '30%' }) }, {}, { maxUnavailable: 2 }],
    ['StatefulSet', { replicas: 5, ...rolling({ maxUnavailable: '1%' }) }, {}, { maxUnavailable: 1 }],
    ['StatefulSet', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, {}, { maxSurge: 0, strategy: 'OnDelete' }],
    ['DaemonSet', {}, { desiredNumberScheduled: 3 }, { replicas: 3, maxSurge: 0, maxUnavailable: 1 }],
    ['DaemonSet', rolling({ maxUnavailable: '40%' }), { desiredNumberScheduled: 3 }, { maxUnavailable: 2 }],
    [
      'DaemonSet',
      rolling({ maxSurge: 1, maxUnavailable: 0 }),
      { desiredNumberScheduled: 3 },
      { maxSurge: 3, maxUnavailable: 0 },
    ],
    ['DaemonSet', {}, { desiredNumberScheduled: 2, numberMisscheduled: 1 }, { replicas: 2, maxSurge: 1 }],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, { desiredNumberScheduled: 2 }, { strategy: 'OnDelete' }],
    ['Rollout', { replicas: 4, strategy: { canary: {} } }, {}, { maxSurge: 1, maxUnavailable: 1 }],
    [
      'Rollout',
      { replicas: 4, strategy: { canary: { maxSurge: '50%', maxUnavailable: 0 } } },
      {},
      { maxSurge: 2, maxUnavailable: 0, strategy: 'RollingUpdate' },
    ],
    ['Rollout', { replicas: 4, strategy: { canary: { trafficRouting: { nginx: {} } } } }, {}, { strategy: 'Unknown' }],
    ['Rollout', { replicas: 4, strategy: { blueGreen: { activeService: 'a' } } }, {}, { strategy: 'Unknown' }],
    ['ReplicaSet', { replicas: 2 }, {}, { replicas: 2, strategy: 'OnDelete' }],
  ] as const)('%s %j %j: %j', (kind, spec, status, promise) => {
    expect(read(kind, spec, status).promise).toMatchObject(promise);
  });
});

describe('whether an update is over', () => {
  const set = { observedGeneration: 2, replicas: 3, readyReplicas: 3, availableReplicas: 3 };
  const daemons = { observedGeneration: 2, desiredNumberScheduled: 3, numberAvailable: 3 };
  const argo = { observedGeneration: '2', phase: 'Healthy', currentPodHash: 'b', stableRS: 'b' };
  test.each([
    ['StatefulSet', {}, { ...set, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' }, 'complete'],
    ['StatefulSet', {}, { ...set, updatedReplicas: 3, currentRevision: 'a', updateRevision: 'b' }, 'progressing'],
    [
      'StatefulSet',
      { updateStrategy: { type: 'RollingUpdate' } },
      { ...set, observedGeneration: 1, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' },
      'progressing',
    ],
    [
      'StatefulSet',
      rolling({ partition: 0 }),
      { ...set, updatedReplicas: 3, currentRevision: 'a', updateRevision: 'b' },
      'progressing',
    ],
    [
      'StatefulSet',
      rolling({ partition: 2 }),
      { ...set, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      'complete',
    ],
    ['StatefulSet', rolling({ partition: 2 }), { ...set, updatedReplicas: 0, updateRevision: 'b' }, 'progressing'],
    ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, { ...set, updatedReplicas: 0 }, 'complete'],
    ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }, { ...set, readyReplicas: 2 }, 'progressing'],
    ['DaemonSet', {}, { ...daemons, updatedNumberScheduled: 3 }, 'complete'],
    ['DaemonSet', {}, { ...daemons, updatedNumberScheduled: 2 }, 'progressing'],
    ['DaemonSet', {}, { ...daemons, updatedNumberScheduled: 3, numberAvailable: 2 }, 'progressing'],
    ['DaemonSet', {}, { ...daemons, updatedNumberScheduled: 3, observedGeneration: 1 }, 'progressing'],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }, { ...daemons, updatedNumberScheduled: 0 }, 'complete'],
    ['Rollout', {}, argo, 'complete'],
    ['Rollout', {}, { ...argo, stableRS: 'a' }, 'progressing'],
    ['Rollout', {}, { ...argo, observedGeneration: '1' }, 'progressing'],
    ['Rollout', {}, { ...argo, observedGeneration: undefined }, 'progressing'],
    ['Rollout', {}, { ...argo, phase: 'Paused', stableRS: 'a' }, 'progressing'],
    ['Rollout', {}, { ...argo, phase: 'Degraded', stableRS: 'a' }, 'stuck'],
    ['Rollout', {}, { ...argo, phase: 'Degraded', controllerPause: true }, 'progressing'],
    ['ReplicaSet', { replicas: 1 }, { observedGeneration: 2, replicas: 1, availableReplicas: 1 }, 'complete'],
    ['ReplicaSet', { replicas: 2 }, { observedGeneration: 2, replicas: 1, availableReplicas: 1 }, 'progressing'],
  ] as const)('%s %j %j: %s', (kind, spec, status, progress) => {
    expect(read(kind, { replicas: 3, ...spec }, status).progress).toBe(progress);
  });
});

describe('which revision is asked for', () => {
  test('of a StatefulSet, as its pods are labelled; those below its partition are to stay', () => {
    const status = { currentRevision: 'app-a', updateRevision: 'app-b' };
    expect(read('StatefulSet', rolling({ partition: 1 }), status)).toMatchObject({
      revision: 'app-b',
      keeps: ['app-a'],
    });
    expect(read('StatefulSet', rolling({ partition: 0 }), status)).toMatchObject({ revision: 'app-b', keeps: [] });
  });

  test('of a DaemonSet, by its newest ControllerRevision, else by a pod of its generation, else unknown', () => {
    const named = (hash: string, revision: number) =>
      ({ metadata: { labels: { 'controller-revision-hash': hash } }, revision }) as never;
    const ofRevisions = { ...noRelatives, controllerRevisionsOf: () => [named('b', 3), named('a', 2)] };
    expect(read('DaemonSet', {}, {}, ofRevisions).revision).toBe('b');
    const annotations = { 'deprecated.daemonset.template.generation': '7' };
    const pod = (generation: string, hash: string) =>
      ({ metadata: { labels: { 'pod-template-generation': generation, 'controller-revision-hash': hash } } }) as never;
    const metadata = { name: 'app', uid: 'app', resourceVersion: '1', creationTimestamp: '', annotations };
    const object = { metadata, spec: { template } } as KubernetesObject;
    const ofPods = (...pods: never[]) => readWorkload('DaemonSet', object, { ...noRelatives, podsOf: () => pods });
    expect(ofPods(pod('6', 'a'), pod('7', 'b')).revision).toBe('b');
    expect(ofPods(pod('6', 'a')).revision).toBe('');
  });

  test('of a Rollout that borrows its template, by the hash that its controller made of it', () => {
    const borrowed = (currentPodHash: string) =>
      read('Rollout', { template: undefined, workloadRef: { kind: 'Deployment', name: 'app' } }, { currentPodHash });
    expect(borrowed('a').asked).not.toEqual(borrowed('b').asked);
    expect(borrowed('a').revision).toBe('a');
  });
});
