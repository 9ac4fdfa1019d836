import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { platformName } from '../../../record/named-pods.ts';
import type { Result } from '../../../record/result.ts';
import { lacks } from '../../available.ts';
import { scratch, startCli } from '../../e2e/run-cli.ts';
import { addressOf, kubectl } from './on-cluster.ts';

const namespace = `hitless-test-workloads-${randomBytes(3).toString('hex')}`;

/** Answers with its pod's name, and for three seconds after it is told to stop, closing connections as it answers. */
const drained = `
  let leaving = false;
  const server = require('node:http').createServer((_, response) => {
    if (leaving) response.setHeader('connection', 'close');
    response.end(JSON.stringify({ name: process.env.HOSTNAME }));
  }).listen(3000);
  process.on('SIGTERM', () => { leaving = true; setTimeout(() => process.exit(0), 3000); });
`;
/** Is gone the moment it is told to stop, whatever is on its way to it. */
const abrupt = `
  require('node:http').createServer((_, response) => {
    response.end(JSON.stringify({ name: process.env.HOSTNAME }));
  }).listen(3000);
  process.on('SIGTERM', () => process.exit(0));
`;

/** These runs go on side by side, and what a busy machine does to the sender is not what is asked here. */
const patient = 'resolution: 60s, limits: { connect: 20s }';

type Kind = 'StatefulSet' | 'DaemonSet' | 'Rollout';

function workload(kind: Kind, name: string, script: string, strategy: object = {}) {
  const container = {
    name: 'app',
    image: 'node:alpine',
    command: ['node', '-e', script],
    readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
  };
  const template = {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 10, containers: [container] },
  };
  const more = kind === 'DaemonSet' ? {} : { replicas: 2, ...(kind === 'StatefulSet' && { serviceName: name }) };
  return {
    apiVersion: kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: { ...more, ...strategy, selector: { matchLabels: { app: name } }, template },
  };
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    type: 'LoadBalancer',
    selector: { app: name },
    ports: [{ port: 20_000 + (randomBytes(2).readUInt16BE() % 8000), targetPort: 3000 }],
  },
});

/** What Argo installs, as far as it matters to whoever looks at one. */
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

// Each waits for a rollout most of the time: together they take no longer than the slowest.
describe
  .skipIf(lacks('cluster'))
  .concurrent('what stands behind a Service and is no Deployment', { timeout: 300_000 }, () => {
    const { folder, remove } = scratch();
    let hasArgo = false;

    beforeAll(() => {
      kubectl(['create', 'namespace', namespace]);
      hasArgo = kubectl(['get', 'crd', definition.metadata.name, '--ignore-not-found', '-o', 'name']) !== '';
      if (!hasArgo) kubectl(['apply', '-f', '-'], JSON.stringify(definition));
      kubectl(['wait', '--for=condition=Established', `crd/${definition.metadata.name}`, '--timeout=60s']);
      const byHand = { updateStrategy: { type: 'OnDelete' } };
      const items = [
        workload('StatefulSet', 'db', drained),
        workload('DaemonSet', 'agent', drained, { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }),
        workload('StatefulSet', 'calm', drained),
        workload('StatefulSet', 'hard', abrupt, byHand),
        workload('Rollout', 'shop', drained, { strategy: { canary: { maxSurge: '100%', maxUnavailable: 0 } } }),
        ...['db', 'calm', 'agent', 'hard', 'shop'].map(service),
      ];
      kubectl(['-n', namespace, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      for (const name of ['statefulset/db', 'statefulset/calm', 'daemonset/agent'])
        kubectl(['-n', namespace, 'rollout', 'status', name, '--timeout=200s']);
    }, 300_000);
    afterAll(() => {
      remove();
      kubectl(['delete', 'namespace', namespace, '--wait=false']);
      if (!hasArgo) kubectl(['delete', 'crd', definition.metadata.name, '--wait=false']);
    });

    async function run(name: string, app: string, steps: string, args: readonly string[] = []) {
      const file = join(folder, `${randomBytes(3).toString('hex')}.yml`);
      const url = await addressOf(namespace, name);
      const lane = `{ name: visitors, rate: 20, ${patient} }`;
      writeFileSync(
        file,
        `name: elsewhere
app: { url: "${url}"${app} }
identity: { replica: body:/name }
lanes: [${lane}]
steps: ${steps}
checks: [zero-failed, availability]
`,
      );
      const out = join(folder, randomBytes(3).toString('hex'));
      const { stdout, stderr } = await startCli(['run', file, '--out', out, '--namespace', namespace, ...args], {
        cwd: folder,
      }).end;
      if (!existsSync(join(out, 'result.json'))) throw new Error(`no result.json; it printed:\n${stdout}${stderr}`);
      return { stdout, result: JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result };
    }

    const restart = (what: string) => `{ run: { command: [kubectl, -n, ${namespace}, rollout, restart, ${what}] } }`;
    const created = ({ events }: Result, owner: string) =>
      events.filter((event) => event.kind === 'created' && event.owner === owner).map(({ subject }) => subject.name);

    test('a StatefulSet: its pods come back under their names, and are others', async ({ expect }) => {
      const steps = `[{ hold: 1s }, ${restart('statefulset/db')}, { wait: { deployment: db, until: complete, timeout: 120s } }, { hold: 6s }]`;
      const { result, stdout } = await run('db', ', service: db', steps);
      expect(result.verdict, stdout).toBe('pass');
      expect(stdout).toContain(`watching statefulset/db behind the Service db in ${namespace}`);
      expect(created(result, 'db').toSorted()).toEqual(['db-0', 'db-0#2', 'db-1', 'db-1#2']);
      const uids = result.events.filter(({ kind }) => kind === 'created').map((event) => event.uid);
      expect(new Set(uids).size).toBe(4);
      expect(result.checks.find(({ name }) => name === 'availability')?.message).toContain(
        'db always had 1 or more replicas ready and never more than 2 in all',
      );
      // Whose an answer was is known by when it was sent: each of the four gave some.
      const answered = result.replicas.filter(({ answered }) => answered > 0).map(({ name, pod }) => [name, pod]);
      expect(answered.toSorted()).toEqual([
        ['db-0', 'db-0'],
        ['db-0', 'db-0#2'],
        ['db-1', 'db-1'],
        ['db-1', 'db-1#2'],
      ]);
      const over = result.events.find(({ kind }) => kind === 'rollout-complete');
      const lastOldExit = result.events
        .filter(({ kind, subject }) => kind === 'exited' && platformName(subject.name) === subject.name)
        .at(-1);
      expect(over?.toMs).toBeGreaterThan(lastOldExit?.fromMs ?? Number.POSITIVE_INFINITY);
    });

    test('a DaemonSet, known by its own name alone', async ({ expect }) => {
      const steps = `[{ hold: 1s }, ${restart('daemonset/agent')}, { wait: { deployment: agent, until: complete, timeout: 120s } }, { hold: 6s }]`;
      const { result, stdout } = await run('agent', '', steps, ['--workload', 'ds/agent']);
      expect(result.verdict, stdout).toBe('pass');
      expect(stdout).toContain(`watching daemonset/agent in ${namespace}`);
      const nodes = Number(
        kubectl(['-n', namespace, 'get', 'ds', 'agent', '-o', 'jsonpath={.status.desiredNumberScheduled}']),
      );
      expect(created(result, 'agent')).toHaveLength(2 * nodes);
      const gone = result.events.filter(({ kind, owner }) => kind === 'gone' && owner === 'agent');
      expect(gone).toHaveLength(nodes);
      expect(result.events.some(({ kind, subject }) => kind === 'endpoint-added' && subject.kind === 'endpoint')).toBe(
        true,
      );
      expect(result.checks.find(({ name }) => name === 'availability')?.message).toContain(
        `agent always had ${Math.max(0, nodes - 2)} or more replicas ready`,
      );
    });

    test('OnDelete is said to be no rolling update; pods that are deleted by hand and lose requests are told', async ({
      expect,
    }) => {
      const remove = `{ run: { command: [kubectl, -n, ${namespace}, delete, pod, -l, app=hard, --wait=false] } }`;
      const steps = `[{ hold: 1s }, ${restart('statefulset/hard')}, { hold: 1s }, ${remove}, { wait: { deployment: hard, until: complete, timeout: 120s } }, { hold: 6s }]`;
      const { result, stdout } = await run('hard', ', service: hard', steps);
      expect(stdout).toContain('statefulset/hard is no rolling update');
      expect(result.target.notes?.join()).toContain('only one that somebody deletes');
      expect(result.events.filter(({ kind }) => kind === 'rollout-started')).toEqual([]);
      expect(created(result, 'hard').toSorted()).toEqual(['hard-0', 'hard-0#2', 'hard-1', 'hard-1#2']);
      expect(result.verdict).toBe('fail');
      expect(result.failures.length).toBeGreaterThan(0);
    });

    test("Argo's Rollout, over the ReplicaSets that it owns", async ({ expect, skip }) => {
      skip(hasArgo, 'Argo Rollouts is installed here, and its controller would not have another beside it');
      const controller = join(import.meta.dirname, 'rollout-controller.ts');
      execFileSync(process.execPath, [controller, namespace, 'shop', 'v1']);
      const update = `{ run: { command: ["${process.execPath}", "${controller}", ${namespace}, shop, v2, v1], timeout: 150s } }`;
      const steps = `[{ hold: 1s }, ${update}, { wait: { deployment: shop, until: complete, timeout: 60s } }, { hold: 6s }]`;
      const { result, stdout } = await run('shop', ', service: shop', steps);
      expect(result.verdict, stdout).toBe('pass');
      expect(stdout).toContain(`watching rollout/shop behind the Service shop in ${namespace}`);
      const of = (kind: string) => result.events.filter((event) => event.kind === kind && event.owner === 'shop');
      expect(of('rollout-started').map(({ subject }) => subject)).toEqual([{ kind: 'rollout', name: 'shop' }]);
      expect(of('rollout-complete').map(({ revision }) => revision)).toEqual(['v2']);
      expect(new Set(of('created').map(({ revision }) => revision))).toEqual(new Set(['v1', 'v2']));
      expect(of('exited')).toHaveLength(2);
    });

    // Of a StatefulSet that nobody changes: the other tests run beside this one.
    test('who may not look is told what is missing, with the Role that gives it', async ({ expect }) => {
      const file = join(folder, 'rights.yml');
      const url = await addressOf(namespace, 'calm');
      writeFileSync(
        file,
        `name: rights\napp: { url: "${url}", service: calm }\nlanes: [{ name: a, rate: 1, ${patient} }]\nsteps: [{ hold: 1s }]\n`,
      );
      kubectl(['-n', namespace, 'create', 'serviceaccount', 'viewer']);
      const kubeconfig = join(folder, 'viewer.json');
      const { clusters } = JSON.parse(kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']));
      const token = kubectl(['-n', namespace, 'create', 'token', 'viewer']);
      const user = { users: [{ name: 'viewer', user: { token } }] };
      const contexts = [{ name: 'viewer', context: { cluster: clusters[0].name, user: 'viewer' } }];
      writeFileSync(kubeconfig, JSON.stringify({ clusters, ...user, contexts, 'current-context': 'viewer' }));
      const asViewer = () =>
        startCli(['run', file, '--namespace', namespace, '--kubeconfig', kubeconfig], { cwd: folder }).end;
      const refused = await asViewer();
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain(`system:serviceaccount:${namespace}:viewer may not list pods`);
      // The Role as it is printed is enough: nothing else is asked for.
      const role = refused.stderr.slice(refused.stderr.indexOf('apiVersion: rbac'));
      expect(role).not.toMatch(/create|patch|delete|update/);
      kubectl(['apply', '-f', '-'], role);
      const { code, stdout, stderr } = await asViewer();
      expect(stderr).toBe('');
      expect(stdout).toContain(`watching statefulset/calm behind the Service calm in ${namespace}`);
      expect(code, stdout).toBe(0);
    });
  });
