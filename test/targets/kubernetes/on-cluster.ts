import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Event } from '../../../record/event.ts';
import { Api } from '../../../targets/kubernetes/api.ts';
import { loadCluster } from '../../../targets/kubernetes/kubeconfig.ts';
import { createKubernetesTarget } from '../../../targets/kubernetes/kubernetes.ts';
import type { Target, TargetSettings } from '../../../targets/target.ts';

/** The same image by two names: giving a Deployment the other one is a rollout. */
export const images = ['node:alpine', 'docker.io/library/node:alpine'] as const;

const app = `
  const name = 'app-' + require('crypto').randomBytes(6).toString('hex');
  console.log(name + ' listens');
  process.on('SIGTERM', () => process.exit(0));
  require('http').createServer((_, answer) => answer.end(JSON.stringify({ name }))).listen(3000);
`;

export interface Wish {
  settings?: TargetSettings;
  verbs?: string[];
  spec?: Record<string, unknown>;
  /** Of the pods' spec. */
  pod?: Record<string, unknown>;
  container?: Record<string, unknown>;
  service?: Record<string, unknown>;
  objects?: object[];
}

export interface OnCluster {
  target: Target;
  runId: string;
  folder: string;
  manifest: string;
  events: Event[];
  notices: string[];
  /** Waits until it holds: a cluster may be slow. */
  until(what: string, holds: () => boolean): Promise<void>;
}

interface Fixtures {
  api: Api;
  /** Makes a namespace that is gone after the test. */
  makeNamespace(name: string, metadata?: object): Promise<void>;
  /** Two replicas behind a NodePort, unless wished otherwise; whatever the test does, they are removed. */
  describeApp(wish?: Wish): OnCluster;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures it needs
  api: async ({}, use) => {
    const { kubeConfig, server } = loadCluster({});
    const api = new Api(kubeConfig, server);
    await use(api);
    await api.close();
  },
  makeNamespace: async ({ api }, use) => {
    const paths: string[] = [];
    await use(async (name, metadata = {}) => {
      paths.push(`/api/v1/namespaces/${name}`);
      await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } });
    });
    for (const path of paths) await api.delete(path);
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  describeApp: async ({}, use) => {
    const all: OnCluster[] = [];
    await use((wish = {}) => {
      const one = describeApp(wish);
      all.push(one);
      return one;
    });
    for (const { target, folder } of all) {
      await target.cleanup();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

function describeApp(wish: Wish): OnCluster {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-kubernetes-'));
  const manifest = join(folder, 'app.yml');
  writeFileSync(
    manifest,
    [deployment(wish), service(wish), ...(wish.objects ?? [])].map((one) => stringify(one)).join('---\n'),
  );
  const runId = `test-${folder.slice(-6).toLowerCase()}-${process.pid}`;
  const events: Event[] = [];
  const notices: string[] = [];
  const target = createKubernetesTarget({
    app: { manifests: [manifest], images: {} },
    settings: { registry: 'none', ...wish.settings },
    verbs: wish.verbs ?? ['deploy', 'rollout', 'undo', 'scale', 'kill', 'exec'],
    runId,
    folder,
    seed: 1,
    onEvent: (event) => events.push(event),
    onNotice: (line) => notices.push(line),
  });
  const until = (what: string, holds: () => boolean) =>
    vi.waitFor(
      () => {
        if (!holds()) throw new Error(`never came: ${what}; ${JSON.stringify(target.state(), null, 1)}`);
      },
      { timeout: 120_000, interval: 50 },
    );
  return { target, runId, folder, manifest, events, notices, until };
}

function deployment({ spec, pod, container }: Wish): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'app' } },
      template: {
        metadata: { labels: { app: 'app' } },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: 'app',
              image: images[0],
              imagePullPolicy: 'IfNotPresent',
              command: ['node', '-e', app],
              ports: [{ containerPort: 3000 }],
              readinessProbe: { httpGet: { path: '/', port: 3000 }, periodSeconds: 1, timeoutSeconds: 10 },
              ...container,
            },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  };
}

function service({ service: wished }: Wish): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'app' },
    spec: { type: 'NodePort', selector: { app: 'app' }, ports: [{ port: 3000 }], ...wished },
  };
}
