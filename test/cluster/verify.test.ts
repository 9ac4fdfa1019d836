import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../available.ts';
import { scratch } from '../e2e/run-cli.ts';
import { addressOf, kubectl } from '../targets/url/on-cluster.ts';
import { type Verification, verify } from '../verify/service.ts';

const namespace = `hitless-test-verify-${randomBytes(3).toString('hex')}`;

/** Says its version. `late`: it listens 800 ms after its start. `drain`: it goes on for two seconds after it is told to stop. */
const server = ({ late, drain }: { late: boolean; drain: boolean }) => `
  const http = require('node:http');
  const server = http.createServer((_, answer) => answer.writeHead(200, { 'x-version': process.env.VERSION }).end('ok'));
  setTimeout(() => server.listen(3000), ${late ? 800 : 0});
  process.on('SIGTERM', () => setTimeout(() => process.exit(0), ${drain ? 2000 : 0}));
`;

/** `good` has what a rolling update takes to lose nothing, `bad` neither a probe nor a hook. */
function manifests(name: 'good' | 'bad', version: string, port: number): string {
  const isGood = name === 'good';
  const careful = {
    readinessProbe: { httpGet: { path: '/', port: 3000 }, periodSeconds: 1, timeoutSeconds: 5 },
    // Longer than a busy machine takes to lead connections elsewhere.
    lifecycle: { preStop: { sleep: { seconds: 8 } } },
  };
  const container = {
    name,
    image: 'node:alpine',
    command: ['node', '-e', server({ late: !isGood, drain: isGood })],
    env: [{ name: 'VERSION', value: version }],
    ...(isGood && careful),
  };
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 30, containers: [container] };
  const items = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { type: 'LoadBalancer', selector: labels, ports: [{ port, targetPort: 3000 }] },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

describe.skipIf(lacks('cluster'))('verify with access to the cluster', { timeout: 300_000 }, () => {
  const { folder, remove } = scratch();
  const port = 20_000 + (randomBytes(2).readUInt16BE() % 8000);
  const ports = { good: port, bad: port + 1 };
  const urls = { good: '', bad: '' };

  function file(name: 'good' | 'bad', version: string): string {
    const path = join(folder, `${name}-${version}.json`);
    writeFileSync(path, manifests(name, version, ports[name]));
    return path;
  }
  const apply = (name: 'good' | 'bad', version: string) => [
    'kubectl',
    '-n',
    namespace,
    'apply',
    '-f',
    file(name, version),
  ];
  const start = (name: 'good' | 'bad', command: readonly string[], flags: readonly string[] = []): Verification =>
    verify({ url: urls[name] }, command, [
      ...['--service', name, '--namespace', namespace, '--identity.version', 'header:x-version'],
      ...['--baseline', '2s', '--after', '2s', ...flags],
    ]);
  const versionOf = (name: string) =>
    kubectl([
      '-n',
      namespace,
      'get',
      'deployment',
      name,
      '-o',
      'jsonpath={.spec.template.spec.containers[0].env[0].value}',
    ]);

  beforeAll(async () => {
    kubectl(['create', 'namespace', namespace]);
    for (const name of ['good', 'bad'] as const) {
      kubectl(apply(name, 'v1').slice(1));
      kubectl(['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=180s']);
      urls[name] = await addressOf(namespace, name);
    }
  }, 300_000);
  afterAll(() => {
    remove();
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  test('passes an apply whose rollout is seen to its end', async () => {
    const { code, result } = await start('good', apply('good', 'v2')).judged;
    expect(code, result.reasons.join('\n')).toBe(0);
    const step = result.steps.find(({ verb }) => verb === 'run');
    expect(step).toMatchObject({ verdict: 'pass', replaced: 2, command: { exitCode: 0 } });
    // kubectl was done long before the last old replica had exited.
    const exits = result.events.filter(({ kind }) => kind === 'exited').map(({ fromMs }) => fromMs);
    expect(Math.max(...exits)).toBeGreaterThan(step?.command?.endedMs ?? Number.POSITIVE_INFINITY);
    expect(step?.toMs).toBeGreaterThan(Math.max(...exits));
    expect(result.power.cleanTerminations).toBe(2);
  });

  test('cannot tell of an apply that replaces nothing', async () => {
    const { code, result } = await start('good', apply('good', 'v2'), ['--wait-for', '2s']).judged;
    expect({ code, verdict: result.verdict }).toEqual({ code: 4, verdict: 'inconclusive' });
    expect(result.reasons[0]).toContain('no-rollout: no replica of good was replaced within 2 s');
  });

  test('--watch waits for a rollout that somebody else starts', async () => {
    const run = start('good', [], ['--watch']);
    while (!run.printed().includes("wait until somebody else's rollout is over"))
      await new Promise((resolve) => setTimeout(resolve, 50));
    kubectl(apply('good', 'v3').slice(1));
    const { result } = await run.judged;
    // What traffic says of it is not asked here: a cluster without processor time loses requests.
    expect(result.steps.find(({ verb, name }) => verb === 'wait' && name.includes("somebody else's"))).toMatchObject({
      verdict: 'pass',
      replaced: 2,
    });
    expect(result.reasons.join()).not.toContain('no-rollout');
  });

  test('Ctrl-C leaves the deployment as the command left it, and says so', async () => {
    const run = start('good', ['kubectl', '-n', namespace, 'set', 'env', 'deployment/good', 'VERSION=v4']);
    // The command is over at once, and its rollout is not.
    while (!run.printed().includes('| deployment.apps/good env updated'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    run.child.kill('SIGINT');
    const { code, stdout, result } = await run.judged;
    expect({ code, complete: result.complete }).toEqual({ code: 130, complete: false });
    expect(stdout).toContain('what the command has done until now is left as it is; nothing is taken back\n');
    expect(versionOf('good')).toBe('v4');
  });

  test('fails what loses requests, and is back on the old version', async () => {
    const back = `kubectl -n ${namespace} rollout undo deployment/bad`;
    const { code, result } = await start('bad', apply('bad', 'v2'), ['--rollback', back]).judged;
    expect(code).toBe(1);
    expect(result.verdict).toBe('fail');
    expect(result.rollback).toMatchObject({ versions: { by: 'answers', before: ['v1'], after: ['v1'] } });
    expect(result.rollback?.message).toContain('v1 answers again');
    expect(result.rollback?.lost).toBeGreaterThan(0);
    expect(result.steps.find(({ rollback }) => rollback)).toMatchObject({ replaced: 2, command: { exitCode: 0 } });
    expect(versionOf('bad')).toBe('v1');
  });
});
