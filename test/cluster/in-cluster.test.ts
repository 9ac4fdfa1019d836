import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { lacks } from '../available.ts';
import { run } from './command.ts';
import { push, pushHitless, pushWithKubectl } from './images.ts';

const checkout = join(import.meta.dirname, '../..');
const registry = process.env.CLUSTER_REGISTRY ?? '';
const id = randomBytes(3).toString('hex');
const image = `hitless-test/hitless:${id}`;
const withKubectl = `hitless-test/hitless-kubectl:${id}`;

/** A namespace that is gone afterwards. */
class Namespace {
  readonly name: string;
  constructor(what: string) {
    this.name = `hitless-test-${what}-${id}`;
  }

  kubectl(...words: string[]): Promise<string> {
    return run(['kubectl', '--namespace', this.name, ...words]);
  }

  apply(objects: readonly object[]): Promise<string> {
    const input = objects.map((object) => stringify(object)).join('---\n');
    return run(['kubectl', '--namespace', this.name, 'apply', '-f', '-'], { input });
  }
}

/** Objects of a manifest that ships, as JSON that is searched for words to replace. */
function manifest(file: string, replaced: Record<string, string> = {}): Record<string, unknown>[] {
  let text = readFileSync(join(checkout, 'manifests', file), 'utf8');
  for (const [from, to] of Object.entries(replaced)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** Longer than a busy machine takes to lead connections elsewhere. */
const patient = { 'seconds: 3': 'seconds: 8', 'GracePeriodSeconds: 15': 'GracePeriodSeconds: 40' };

/** A Service that cannot be reached from outside, and two replicas, ready. */
async function deploy(folder: string, namespace: Namespace, appImage: string, more = {}): Promise<void> {
  const names = { 'mimuc/helloworld:v0.0.1': appImage, 'replicas: 3': 'replicas: 2', ...more };
  const [deployment = {}, service = {}] = manifest(`${folder}/deployment.yml`, names);
  const { type: _, ...spec } = (service as { spec: Record<string, unknown> }).spec;
  await run(['kubectl', 'create', 'namespace', namespace.name]);
  await namespace.apply([deployment, { ...service, spec }]);
  await namespace.kubectl('rollout', 'status', 'deployment/mimuc-app', '--timeout=180s');
}

interface Ended {
  condition: string;
  exitCode: number;
  logs: string;
}

/** A file of manifests/in-cluster, for the Service. */
function inCluster(file: string, namespace: Namespace, more: Record<string, string> = {}): Record<string, unknown>[] {
  return manifest(`in-cluster/${file}`, { 'namespace: shop': `namespace: ${namespace.name}`, ...more });
}

const names = {
  'hitless:0.1.0': image,
  'http://shop:8080': 'http://mimuc-service:8888',
  '--service=shop': '--service=mimuc-service',
};

async function endOfJob(namespace: Namespace, job = 'hitless-verify'): Promise<Ended> {
  const until = (condition: string) =>
    namespace.kubectl('wait', `--for=condition=${condition}`, `job/${job}`, '--timeout=800s').then(() => condition);
  const condition = await Promise.any([until('Complete'), until('Failed')]);
  const path = '{.items[0].status.containerStatuses[0].state.terminated.exitCode}';
  const exitCode = await namespace.kubectl('get', 'pods', '-l', `job-name=${job}`, '-o', `jsonpath=${path}`);
  return { condition, exitCode: Number(exitCode), logs: await namespace.kubectl('logs', `job/${job}`) };
}

interface Hook {
  kind: string;
  metadata: { name: string; annotations: Record<string, string> };
}

/** What Argo CD makes of the hooks of a phase: wave by wave, each anew, and none before the one ahead of it has ended well. */
async function runHooks(phase: string, hooks: readonly Hook[], namespace: Namespace): Promise<Ended[]> {
  const annotation = ({ metadata }: Hook, name: string) => metadata.annotations[`argocd.argoproj.io/${name}`];
  const wave = (hook: Hook) => Number(annotation(hook, 'sync-wave') ?? 0);
  const ended: Ended[] = [];
  const ofPhase = hooks.filter((hook) => annotation(hook, 'hook') === phase);
  for (const hook of ofPhase.sort((a, b) => wave(a) - wave(b))) {
    await namespace.kubectl('delete', hook.kind, hook.metadata.name, '--ignore-not-found');
    await namespace.apply([hook]);
    if (hook.kind === 'Job') ended.push(await endOfJob(namespace, hook.metadata.name));
  }
  return ended;
}

const skipped = lacks('cluster') || lacks('docker') || registry === '';

describe.skipIf(skipped)(
  'a Job in the cluster, where nobody outside reaches the Service',
  { timeout: 1_200_000 },
  () => {
    const hitless = new Namespace('hitless');
    const printed = new Namespace('printed');
    const context = join(checkout, 'helloworld');
    const images: Record<string, string> = {};

    beforeAll(async () => {
      const dockerfile = ['--file', join(context, 'Dockerfile.hitless')];
      for (const version of ['v0.0.1', 'v0.0.2']) {
        const args = ['--build-arg', `VERSION=${version}`];
        images[`hitless ${version}`] = await push(
          registry,
          `hitless-test/inside:${version}`,
          context,
          ...dockerfile,
          ...args,
        );
        images[`printed ${version}`] = await push(registry, `hitless-test/inside-printed:${version}`, context, ...args);
      }
      await Promise.all([
        pushHitless(registry, image).then(() => pushWithKubectl(registry, withKubectl, image)),
        deploy('05-hitless', hitless, images['hitless v0.0.1'] ?? '', patient),
        deploy('05-zerodown', printed, images['printed v0.0.1'] ?? ''),
      ]);
    }, 900_000);
    afterAll(async () => {
      for (const { name } of [hitless, printed])
        await run(['kubectl', 'delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
      await run(['docker', 'rmi', '--force', `${registry}/${withKubectl}`, `${registry}/${image}`]);
    });

    async function verified(namespace: Namespace, next: string): Promise<Ended> {
      await namespace.apply(inCluster('role.yml', namespace));
      await namespace.apply(inCluster('verify.yml', namespace, names));
      // Its own field: whoever waits for its pod by a label fails where there is none yet.
      await namespace.kubectl('wait', '--for=jsonpath={.status.ready}=1', 'job/hitless-verify', '--timeout=300s');
      await namespace.kubectl('set', 'image', 'deployment/mimuc-app', `mimuc-app=${next}`);
      return endOfJob(namespace);
    }

    /** The hooks of Argo CD around a sync that ends when the rollout is healthy. */
    async function synced(namespace: Namespace, next: string): Promise<Ended> {
      await namespace.apply(inCluster('argo-cd-role.yml', namespace));
      const images = { ...names, 'hitless-kubectl:0.1.0': withKubectl };
      const hooks = inCluster('argo-cd.yml', namespace, images) as unknown as Hook[];
      const [begun] = await runHooks('PreSync', hooks, namespace);
      expect(begun).toMatchObject({ condition: 'Complete', logs: expect.stringMatching(/condition met/) });
      await namespace.kubectl('set', 'image', 'deployment/mimuc-app', `mimuc-app=${next}`);
      await namespace.kubectl('rollout', 'status', 'deployment/mimuc-app', '--timeout=300s');
      const [verdict] = await runHooks('PostSync', hooks, namespace);
      return verdict as Ended;
    }

    test.concurrent('passes the rollout that loses nothing', async ({ expect }) => {
      const { logs, ...ended } = await verified(hitless, images['hitless v0.0.2'] ?? '');
      expect(logs).toMatch(/PASS/);
      expect(ended).toEqual({ condition: 'Complete', exitCode: 0 });
      const back = await synced(hitless, images['hitless v0.0.1'] ?? '');
      expect(back).toEqual({ condition: 'Complete', exitCode: 0, logs: expect.stringMatching(/PASS/) });
    });

    test.concurrent('fails the printed one', async ({ expect }) => {
      const { logs, ...ended } = await verified(printed, images['printed v0.0.2'] ?? '');
      expect(logs).toMatch(/FAIL/);
      expect(ended).toEqual({ condition: 'Failed', exitCode: 1 });
      const back = await synced(printed, images['printed v0.0.1'] ?? '');
      expect(back).toEqual({ condition: 'Failed', exitCode: 1, logs: expect.stringMatching(/FAIL/) });
    });
  },
);
