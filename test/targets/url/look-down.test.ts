import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Workload } from '../../../record/workload.ts';
import { Api } from '../../../targets/kubernetes/api.ts';
import type { Resource } from '../../../targets/kubernetes/observe/objects.ts';
import { Lists } from '../../../targets/url/lists.ts';
import { lookDown } from '../../../targets/url/look-down.ts';
import { ApiServer } from '../kubernetes/observe/api-server.ts';

let server: ApiServer;

beforeEach(async () => {
  const started = await ApiServer.start();
  server = started;
  onTestFinished(() => started.stop());
  started.refuse('rollouts', 404);
  service('front', { app: 'shop' });
});

function service(name: string, selector: Record<string, string> | undefined, more: object = {}): void {
  server.put('services', { metadata: { name }, spec: { ...(selector && { selector }), ...more } });
}

interface OwnedBy {
  kind: string;
  name: string;
}

function metadataOf(name: string, owner: OwnedBy | undefined, labels: Record<string, string> = { app: 'shop' }) {
  const ownerReferences = owner && [{ ...owner, uid: `uid-${owner.name}`, controller: true }];
  return { name, uid: `uid-${name}`, labels, ...(ownerReferences && { ownerReferences }) };
}

function pod(name: string, owner?: OwnedBy, labels?: Record<string, string>): void {
  server.put('pods', { metadata: metadataOf(name, owner, labels), spec: { containers: [] } });
}

function workload(resource: Resource, name: string, more: object = {}, owner?: OwnedBy): void {
  const template = { metadata: { labels: { app: 'shop' } }, spec: { containers: [] } };
  server.put(resource, { metadata: metadataOf(name, owner), spec: { template, ...more } });
}

function endpoints(of: string, list: object[]): void {
  server.put('endpointslices', {
    metadata: { name: `${of}-x1`, labels: { 'kubernetes.io/service-name': of } },
    endpoints: list,
  });
}

async function behind(from: string | undefined, named?: Workload) {
  const api = new Api(server.kubeConfig(), server.kubeConfig().getCurrentCluster()?.server ?? '');
  try {
    return await lookDown(new Lists(api, 'test'), { service: from, workload: named });
  } finally {
    await api.close();
  }
}

const names = (workloads: readonly Workload[]) => workloads.map(({ kind, name }) => `${kind}/${name}`);

test('from a Service down to whatever makes its pods', async () => {
  workload('replicasets', 'shop-5d9', {}, { kind: 'Deployment', name: 'shop' });
  workload('replicasets', 'lone');
  pod('shop-5d9-a', { kind: 'ReplicaSet', name: 'shop-5d9' });
  pod('lone-a', { kind: 'ReplicaSet', name: 'lone' });
  pod('db-0', { kind: 'StatefulSet', name: 'db' });
  pod('agent-a', { kind: 'DaemonSet', name: 'agent' });
  pod('stranger-0', { kind: 'StatefulSet', name: 'stranger' }, { app: 'stranger' });
  const { workloads, services, others } = await behind('front');
  expect(names(workloads)).toEqual(['Deployment/shop', 'StatefulSet/db', 'DaemonSet/agent', 'ReplicaSet/lone']);
  expect(services).toEqual(['front']);
  expect(others).toEqual([]);
});

test("a ReplicaSet's own maker decides: Argo's Rollouts have them too", async () => {
  workload('replicasets', 'shop-77', {}, { kind: 'Rollout', name: 'shop' });
  pod('shop-77-a', { kind: 'ReplicaSet', name: 'shop-77' });
  expect(names((await behind('front')).workloads)).toEqual(['Rollout/shop']);
});

test('who may not see ReplicaSets is told by the labels of pods', async () => {
  server.refuse('replicasets', 403);
  pod('shop-5d9-a', { kind: 'ReplicaSet', name: 'shop-5d9' }, { app: 'shop', 'pod-template-hash': '5d9' });
  pod('cart-77-a', { kind: 'ReplicaSet', name: 'cart-77' }, { app: 'shop', 'rollouts-pod-template-hash': '77' });
  expect(names((await behind('front')).workloads)).toEqual(['Deployment/shop', 'Rollout/cart']);
});

test('a workload that has no pod yet is known by its template', async () => {
  workload('statefulsets', 'db', { replicas: 0 });
  expect(names((await behind('front')).workloads)).toEqual(['StatefulSet/db']);
});

test('bare pods and pods of unknown makers are named, and are no fault', async () => {
  pod('bare');
  pod('batch-x', { kind: 'Job', name: 'batch' });
  const { workloads, others } = await behind('front');
  expect(workloads).toEqual([]);
  expect(others.map(({ pod: { metadata }, owner }) => [metadata.name, owner?.kind])).toEqual([
    ['bare', undefined],
    ['batch-x', 'Job'],
  ]);
});

test('a Service without a selector leads to the pods that its EndpointSlices name', async () => {
  service('hand', undefined);
  pod('db-0', { kind: 'StatefulSet', name: 'db' }, { app: 'db' });
  endpoints('hand', [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'db-0', uid: 'uid-db-0' } }]);
  expect(names((await behind('hand')).workloads)).toEqual(['StatefulSet/db']);
  service('outside', undefined);
  endpoints('outside', [{ addresses: ['192.0.2.7'] }]);
  await expect(behind('outside')).rejects.toMatchObject({
    code: 'HITLESS_NO_DEPLOYMENT',
    message: expect.stringContaining(
      'the Service outside in test has no selector, its endpoints are listed by hand, and they are no pods of test: 192.0.2.7',
    ),
  });
});

test('from a workload up to the Services that lead to it, and back to it where one is named', async () => {
  workload('statefulsets', 'db');
  service('headless', { app: 'shop' });
  service('other', { app: 'other' });
  const db: Workload = { kind: 'StatefulSet', name: 'db' };
  expect(await behind(undefined, db)).toMatchObject({ workloads: [db], services: ['front', 'headless'] });
  expect((await behind('front', db)).services).toEqual(['front']);
  await expect(behind('other', db)).rejects.toMatchObject({
    message: expect.stringContaining('other in test does not lead to statefulset/db: its selector is app=other'),
  });
});

test.each([
  ['fronts', undefined, 'HITLESS_NO_SERVICE', 'no Service fronts in test: did you mean front?'],
  ['front', undefined, 'HITLESS_NO_DEPLOYMENT', 'front in test leads to no pod'],
  [undefined, { kind: 'StatefulSet', name: 'dp' }, 'HITLESS_NO_WORKLOAD', 'no StatefulSet dp in test: there are none'],
  [undefined, { kind: 'Rollout', name: 'shop' }, 'HITLESS_NO_WORKLOAD', 'the cluster has no Rollouts'],
] as const)('%s %j: %s', async (from, named, code, message) => {
  await expect(behind(from, named)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});
