import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPath } from '../../../targets/url/path/find-path.ts';
import { lacks } from '../../available.ts';
import { scratch } from '../../e2e/run-cli.ts';
import { startEnvoy } from '../../paths/fronts/envoy.ts';
import type { Backend, Front, FrontOptions } from '../../paths/fronts/front.ts';
import { startHaproxy } from '../../paths/fronts/haproxy.ts';
import { startNginx } from '../../paths/fronts/nginx.ts';
import { addressOf, kubectl } from './on-cluster.ts';

const namespace = `hitless-test-path-${randomBytes(3).toString('hex')}`;
const items = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'shop',
              image: 'node:alpine',
              command: ['node', '-e', "require('node:http').createServer((_, r) => r.end('ok')).listen(3000)"],
              readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop' },
    spec: {
      type: 'LoadBalancer',
      selector: { app: 'shop' },
      ports: [{ port: 20_000 + (randomBytes(2).readUInt16BE() % 8000), targetPort: 3000 }],
    },
  },
];

describe.skipIf(lacks('cluster'))('the path to a Service of a real cluster', { timeout: 300_000 }, () => {
  const { folder, remove } = scratch();
  const cluster = { service: 'shop', namespace, settings: {} };
  const { signal } = new AbortController();
  let url = '';
  let pods: Backend[] = [];

  beforeAll(async () => {
    kubectl(['create', 'namespace', namespace]);
    kubectl(['-n', namespace, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    kubectl(['-n', namespace, 'rollout', 'status', 'deployment/shop', '--timeout=180s']);
    url = await addressOf(namespace, 'shop');
    const ips = kubectl(['-n', namespace, 'get', 'pods', '-o', 'jsonpath={.items[*].status.podIP}']);
    pods = ips.split(' ').map((host) => ({ host, port: 3000 }));
  }, 300_000);
  afterAll(() => {
    remove();
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  test('is direct at its address, as kube-proxy leads to pods from there', async () => {
    const { path, evidence } = await findPath({ url: new URL(url), cluster, signal });
    expect({ path, evidence }).toEqual({
      path: 'direct',
      evidence: [
        expect.stringContaining(`is the LoadBalancer of the Service ${namespace}/shop`),
        expect.stringContaining('get through as they are'),
      ],
    });
  });

  test.each<[string, 'nginx' | 'haproxy' | 'envoy', (options: FrontOptions) => Promise<Front>]>([
    ['nginx', 'nginx', startNginx],
    ['HAProxy in tcp mode', 'haproxy', startHaproxy],
    ['Envoy', 'envoy', startEnvoy],
  ])('is what %s before its pods is', async (_, need, start) => {
    if (lacks(need)) return;
    mkdirSync(join(folder, need));
    const front = await start({ folder: join(folder, need), backends: pods, control: pods[0] as Backend });
    try {
      const found = await findPath({ url: new URL(`${front.url}/`), cluster, signal });
      expect(found.path, found.evidence.join('\n')).toBe(front.path);
    } finally {
      await front.stop();
    }
  });
});
