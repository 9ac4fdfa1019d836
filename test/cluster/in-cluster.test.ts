import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { lacks } from '../available.ts';
import { run } from './command.ts';
import { push, pushHitless } from './images.ts';

const checkout = join(import.meta.dirname, '../..');
const registry = process.env.CLUSTER_REGISTRY ?? '';
const id = randomBytes(3).toString('hex');
const image = `hitless-test/hitless:${id}`;

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

/** Starts a Job of manifests/in-cluster for the Service. */
async function startJob(file: string, namespace: Namespace): Promise<void> {
  await namespace.apply(manifest('in-cluster/role.yml', { 'namespace: shop': `namespace: ${namespace.name}` }));
  const names = {
    'namespace: shop': `namespace: ${namespace.name}`,
    'hitless:0.1.0': image,
    'http://shop:8080': 'http://mimuc-service:8888',
    '--service=shop': '--service=mimuc-service',
  };
  await namespace.apply(manifest(`in-cluster/${file}`, names));
}

async function endOfJob(namespace: Namespace): Promise<Ended> {
  const until = (condition: string) =>
    namespace
      .kubectl('wait', `--for=condition=${condition}`, 'job/hitless-verify', '--timeout=800s')
      .then(() => condition);
  const condition = await Promise.any([until('Complete'), until('Failed')]);
  const path = '{.items[0].status.containerStatuses[0].state.terminated.exitCode}';
  const exitCode = await namespace.kubectl('get', 'pods', '-l', 'job-name=hitless-verify', '-o', `jsonpath=${path}`);
  return { condition, exitCode: Number(exitCode), logs: await namespace.kubectl('logs', 'job/hitless-verify') };
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
        pushHitless(registry, image),
        deploy('05-hitless', hitless, images['hitless v0.0.1'] ?? '', patient),
        deploy('05-zerodown', printed, images['printed v0.0.1'] ?? ''),
      ]);
    }, 900_000);
    afterAll(async () => {
      for (const { name } of [hitless, printed])
        await run(['kubectl', 'delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
      await run(['docker', 'rmi', '--force', `${registry}/${image}`]);
    });

    async function verified(namespace: Namespace, next: string): Promise<Ended> {
      await startJob('verify.yml', namespace);
      // Its own field: whoever waits for its pod by a label fails where there is none yet.
      await namespace.kubectl('wait', '--for=jsonpath={.status.ready}=1', 'job/hitless-verify', '--timeout=300s');
      await namespace.kubectl('set', 'image', 'deployment/mimuc-app', `mimuc-app=${next}`);
      return endOfJob(namespace);
    }

    test.concurrent('passes the rollout that loses nothing', async ({ expect }) => {
      const { logs, ...ended } = await verified(hitless, images['hitless v0.0.2'] ?? '');
      expect(logs).toMatch(/PASS/);
      expect(ended).toEqual({ condition: 'Complete', exitCode: 0 });
    });

    test.concurrent('fails the printed one', async ({ expect }) => {
      const { logs, ...ended } = await verified(printed, images['printed v0.0.2'] ?? '');
      expect(logs).toMatch(/FAIL/);
      expect(ended).toEqual({ condition: 'Failed', exitCode: 1 });
    });
  },
);
