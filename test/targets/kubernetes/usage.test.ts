import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { Api } from '../../../targets/kubernetes/api.ts';
import { PodUsage, quantity } from '../../../targets/kubernetes/usage.ts';

test.each([
  ['1523904n', 0.001523904],
  ['250m', 0.25],
  ['2', 2],
  ['34512Ki', 34_512 * 1024],
  ['1.5Mi', 1.5 * 2 ** 20],
  ['128M', 128e6],
])('the quantity %s is %d', (text, value) => {
  expect(quantity(text)).toBeCloseTo(value, 9);
});

/** Answers as a cluster's metrics API does, one answer after the other, the last one again and again. */
async function usageOf(...answers: [status: number, body: object][]): Promise<PodUsage> {
  const server = createServer((request, response) => {
    const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) as [number, object];
    expect(request.url).toBe('/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods?labelSelector=hitless.run%3Dabc');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeConfig = new KubeConfig();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kubeConfig.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'u' });
  const api = new Api(kubeConfig, url);
  onTestFinished(async () => {
    await api.close();
    server.close();
  });
  return new PodUsage(api, 'shop', 'abc', (pod) => `${pod}#2`);
}

const item = (timestamp: string) => ({
  metadata: { name: 'shop-0' },
  timestamp,
  window: '15.123s',
  containers: [{ usage: { cpu: '20m', memory: '1Ki' } }, { usage: { cpu: '5000000n', memory: '1Ki' } }],
});

test('all containers of a pod count, and a measurement that is told twice counts once', async () => {
  const usage = await usageOf(
    [200, { items: [item('2026-11-30T11:00:00Z')] }],
    [200, { items: [item('2026-11-30T11:00:00Z')] }],
    [200, { items: [item('2026-11-30T11:00:15Z')] }],
  );
  expect(await usage.read()).toEqual([{ pod: 'shop-0#2', cpuCores: 0.025, memoryBytes: 2048 }]);
  expect(await usage.read()).toEqual([]);
  expect(await usage.read()).toHaveLength(1);
  expect(usage.source).toBe('metrics.k8s.io, each over about 15 s');
});

test.each([
  [404, 'the cluster has no metrics-server (metrics.k8s.io)'],
  [403, 'there is no right to list pods of metrics.k8s.io'],
])('HTTP %d means that it is never told', async (status, message) => {
  const usage = await usageOf([status, { kind: 'Status', message: 'no' }]);
  await expect(usage.read()).rejects.toMatchObject({ code: 'HITLESS_NO_USAGE', message });
});
