import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { lacks } from '../available.ts';
import { scratch } from '../e2e/run-cli.ts';
import { addressOf, kubectl } from '../targets/url/on-cluster.ts';
import { verify } from '../verify/service.ts';

const namespace = `hitless-test-causes-${randomBytes(3).toString('hex')}`;
const port = 20_000 + (randomBytes(2).readUInt16BE() % 8000);

/** An answer of /slow takes 3 s. After SIGTERM each says `Connection: close`, and what is in flight is finished. */
const server = `
  let leaving = false;
  const server = require('node:http').createServer((request, answer) => setTimeout(() => {
    if (leaving) answer.setHeader('connection', 'close');
    answer.end('ok');
  }, request.url === '/slow' ? 3000 : 0));
  server.keepAliveTimeout = 65_000;
  server.listen(3000);
  process.on('SIGTERM', () => {
    leaving = true;
    setTimeout(() => server.close(() => process.exit(0)), 3500);
  });
`;

/** Of a grace of 4 s the hook leaves 2 s, the least that there is. */
function manifests(version: string, grace: number): string {
  const labels = { app: 'slow' };
  const container = {
    name: 'slow',
    image: 'node:alpine',
    command: ['node', '-e', server],
    env: [{ name: 'VERSION', value: version }],
    readinessProbe: { httpGet: { path: '/', port: 3000 }, periodSeconds: 1, timeoutSeconds: 5 },
    lifecycle: { preStop: { exec: { command: ['sleep', '3'] } } },
  };
  const spec = { terminationGracePeriodSeconds: grace, containers: [container] };
  const items = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'slow' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'slow' },
      spec: { type: 'LoadBalancer', selector: labels, ports: [{ port, targetPort: 3000 }] },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

describe.skipIf(lacks('cluster'))('a cause on a cluster, and the change that it names', { timeout: 300_000 }, () => {
  const { folder, remove } = scratch();
  const inNamespace = (...words: string[]) => ['-n', namespace, ...words];
  let url = '';

  async function applied(version: string, grace: number): Promise<Result> {
    const file = join(folder, `${version}.json`);
    writeFileSync(file, manifests(version, grace));
    const flags = [
      ...['--path', '/slow', '--service', 'slow', '--namespace', namespace],
      ...['--rate', '40', '--baseline', '3s', '--after', '2s'],
    ];
    const command = ['kubectl', ...inNamespace('apply', '-f', file)];
    return (await verify({ url }, command, flags).judged).result;
  }

  const cutOff = ({ failures }: Result) =>
    failures.filter(({ outcome }) => ['closed', 'reset', 'truncated'].includes(outcome));

  beforeAll(async () => {
    kubectl(['create', 'namespace', namespace]);
    kubectl(inNamespace('apply', '-f', '-'), manifests('v1', 4));
    kubectl(inNamespace('rollout', 'status', 'deployment/slow', '--timeout=180s'));
    url = await addressOf(namespace, 'slow');
  }, 240_000);
  afterAll(() => {
    remove();
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  test('grace-too-short, though no answer says whose it was; with its patch nothing is cut off', async () => {
    const lossy = await applied('v2', 4);
    expect(lossy.verdict).toBe('fail');
    expect(lossy.causes, lossy.reasons.join('\n')).toMatchObject([{ id: 'grace-too-short' }]);
    const [cause] = lossy.causes;
    expect(cause?.failures).toBe(cutOff(lossy).length);
    expect(cause?.evidence[0]).toContain('the grace of 4 s was over and got SIGKILL (exit code 137)');

    const patch = join(folder, 'patch.yml');
    writeFileSync(patch, cause?.fix?.patch ?? '');
    const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(cause?.fix?.patch ?? '')?.[1]);
    expect(grace).toBeGreaterThanOrEqual(11);
    kubectl(inNamespace('patch', 'deployment', 'slow', '--patch-file', patch));
    kubectl(inNamespace('rollout', 'status', 'deployment/slow', '--timeout=180s'));
    const mended = await applied('v3', grace);
    // What kube-proxy still led to the old one on a busy machine is another matter.
    expect(mended.causes, JSON.stringify(mended.causes, null, 2)).toEqual([]);
    expect(cutOff(mended)).toEqual([]);
  });
});
