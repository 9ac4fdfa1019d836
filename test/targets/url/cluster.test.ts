import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../../available.ts';
import { runScenarioByCli, scratch, startCli } from '../../e2e/run-cli.ts';
import { addressOf, kubectl } from './on-cluster.ts';

const namespace = `hitless-test-url-${randomBytes(3).toString('hex')}`;

/** Answers with its pod's name, and goes on for two seconds after it is told to stop. */
const server = `
  const http = require('node:http');
  const server = http.createServer((_, response) => response.end(process.env.HOSTNAME)).listen(3000);
  process.on('SIGTERM', () => setTimeout(() => process.exit(0), 2000));
`;
const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 10,
        containers: [
          {
            name,
            image: 'node:alpine',
            command: ['node', '-e', server],
            readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
});
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'front' },
  spec: {
    type: 'LoadBalancer',
    selector: { app: 'shop' },
    ports: [{ port: 20_000 + (randomBytes(2).readUInt16BE() % 8000), targetPort: 3000 }],
  },
};

describe.skipIf(lacks('cluster'))('a URL in a cluster that there is access to', { timeout: 300_000 }, () => {
  const { folder, remove } = scratch();
  let url = '';

  beforeAll(async () => {
    kubectl(['create', 'namespace', namespace]);
    const items = [deployment('shop', 2), deployment('stranger', 1), service];
    kubectl(['-n', namespace, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    for (const name of ['shop', 'stranger'])
      kubectl(['-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=180s']);
    url = await addressOf(namespace, 'front');
  }, 300_000);
  afterAll(() => {
    remove();
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  function scenario(app: string, steps: string): string {
    const file = join(folder, `${randomBytes(3).toString('hex')}.yml`);
    const lane = '{ name: visitors, rate: 20, resolution: 60s, limits: { connect: 20s } }';
    writeFileSync(file, `name: elsewhere\napp: { url: "${url}", ${app} }\nlanes: [${lane}]\nsteps: ${steps}\n`);
    return file;
  }

  test('what a command does to the Deployments behind the Service is seen, and nothing of others', async () => {
    const restart = `run: { command: [kubectl, -n, ${namespace}, rollout, restart, deployment/shop, deployment/stranger] }`;
    const steps = `[{ ${restart} }, { wait: { deployment: shop, until: complete } }, { hold: 6s }]`;
    const file = scenario('service: front', steps);
    const { result, stdout } = await runScenarioByCli(file, join(folder, 'run'), ['--namespace', namespace]);
    expect(result.steps.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
    // The command is over at once; that its rollout has begun is known before anybody waits for its end.
    const [, waited] = result.steps;
    expect(result.events.some(({ kind, fromMs }) => kind === 'rollout-started' && fromMs < (waited?.toMs ?? 0))).toBe(
      true,
    );
    const lastReady = result.events.filter(({ kind, owner }) => kind === 'ready' && owner === 'shop').at(-1);
    expect(lastReady?.fromMs).toBeLessThan(waited?.toMs ?? 0);
    expect(lastReady?.fromMs).toBeGreaterThan(0);
    expect(stdout).toContain(`watching shop behind the Service front in ${namespace}`);
    const pods = (kind: string) =>
      result.events.filter((event) => event.kind === kind && event.owner === 'shop').map(({ subject }) => subject.name);
    expect(new Set(pods('terminating')).size).toBe(2);
    const strangers = result.events.filter(
      ({ owner, subject }) => subject.kind !== 'step' && `${owner} ${subject.name}`.includes('stranger'),
    );
    expect(strangers).toEqual([]);
    expect(result.target).toMatchObject({ kind: 'url', path: 'direct', details: { service: 'front', namespace } });
    expect(result.target.notes?.[0]).toContain(`is of the Service front in ${namespace}`);
    expect(result.checks.find(({ name }) => name === 'availability')?.verdict).not.toBe('not-applicable');
  });

  test('without --namespace nothing is seen of it, and that is said', async () => {
    const file = scenario('service: front', '[{ hold: 200ms }]');
    const { result, stdout } = await runScenarioByCli(file, join(folder, 'unseen'));
    expect(stdout).toContain('app.service: front is not looked at');
    expect(result.events.filter(({ subject }) => subject.kind === 'replica')).toEqual([]);
  });

  test.each([
    ['service: fronts', 'app.service: no Service fronts in hitless-test-url-', 'did you mean front?'],
    ['port: 1', 'nothing is deployed where app.url says where it is', ''],
  ])('%s is refused, with exit code 2', async (app, message, meant) => {
    const file = scenario(app, '[{ hold: 200ms }]');
    const { code, stderr } = await startCli(['run', file, '--namespace', namespace]).end;
    expect(stderr).toContain(message);
    expect(stderr).toContain(meant);
    expect(code).toBe(2);
  });
});
