import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Event, EventKind } from '../../record/event.ts';
import { createLocalTarget } from '../../targets/local/local.ts';
import type { ImageSpec, Target } from '../../targets/target.ts';

const folderOfApp = dirname(fileURLToPath(import.meta.url));

export interface Wish {
  deployment?: Record<string, unknown>;
  pod?: Record<string, unknown>;
  container?: Record<string, unknown>;
  service?: Record<string, unknown>;
  /** Other objects of the manifest. */
  others?: Record<string, unknown>[];
  /** Environment of app.ts by the tag of the image; the version comes by itself. */
  versions?: Record<string, Record<string, string>>;
  command?: string[];
  seed?: number;
  port?: number;
}

export interface Deployed {
  target: Target;
  events: Event[];
  notices: string[];
  folder: string;
  /** Waits until it holds. */
  until(what: string, holds: () => boolean, timeoutMs?: number): Promise<void>;
  complete(): Promise<void>;
  /** All old replicas have exited, no connection is led to them. */
  settled(): Promise<void>;
  of(kind: EventKind, pod?: string): Event[];
}

interface Fixtures {
  /** app.ts behind a Service, three replicas with a readiness probe a second, unless wished otherwise. Not started. */
  describeApp(wish?: Wish): Deployed;
  /** The same, deployed and complete, its endpoints where they should be. */
  deploy(wish?: Wish): Promise<Deployed>;
}

/** A test that removes what it deployed. Global hooks would not do: tests that run side by side share them. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures it needs
  describeApp: async ({}, use) => {
    const all: Deployed[] = [];
    await use((wish = {}) => {
      const app = describeApp(wish);
      all.push(app);
      return app;
    });
    for (const { target, folder } of all) {
      await target.cleanup();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  deploy: async ({ describeApp: describe }, use) => {
    await use(async (wish) => {
      const app = describe(wish);
      await app.target.prepare();
      await app.target.apply();
      await app.complete();
      await app.settled();
      return app;
    });
  },
});

function describeApp(wish: Wish): Deployed {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  const manifest = join(folder, 'app.yml');
  writeFileSync(manifest, manifestOf(wish));
  const events: Event[] = [];
  const notices: string[] = [];
  const versions = wish.versions ?? { v1: {}, v2: {} };
  const target = createLocalTarget({
    app: {
      manifests: [manifest],
      images: Object.fromEntries(
        Object.entries(versions).map(([version, env]) => [`test/app:${version}`, imageOf(wish, version, env)]),
      ),
      ...(wish.port === undefined ? {} : { port: wish.port }),
    },
    runId: `test-${process.pid}-${folder.slice(-6)}`,
    folder,
    seed: wish.seed ?? 1,
    onEvent: (event) => events.push(event),
    onNotice: (line) => notices.push(line),
  });
  const until = (what: string, holds: () => boolean, timeoutMs = 20_000) =>
    vi.waitFor(
      () => {
        if (!holds()) throw new Error(`never came: ${what}; ${JSON.stringify(target.state(), null, 1)}`);
      },
      { timeout: timeoutMs, interval: 10 },
    );
  return {
    target,
    events,
    notices,
    folder,
    until,
    complete: () =>
      until('complete', () => target.state().deployments.every(({ progress }) => progress === 'complete')),
    settled: () => until('settled', () => isSettled(target)),
    of: (kind, pod) =>
      events.filter((event) => event.kind === kind && (pod === undefined || event.subject.name === pod)),
  };
}

function isSettled(target: Target): boolean {
  const { deployments, replicas } = target.state();
  const current = new Set(deployments.map(({ revision }) => revision));
  return replicas.every(
    ({ revision, phase, listed, routed }) =>
      listed === routed && (phase === 'exited' || (phase === 'running' && current.has(revision))),
  );
}

function imageOf(wish: Wish, version: string, env: Record<string, string>): ImageSpec {
  return { context: folderOfApp, command: wish.command ?? ['node', 'app.ts'], env: { VERSION: version, ...env } };
}

export function manifestOf(wish: Wish): string {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'app' } },
      template: {
        metadata: { labels: { app: 'app' } },
        spec: {
          terminationGracePeriodSeconds: 3,
          containers: [
            {
              name: 'app',
              image: 'test/app:v1',
              ports: [{ containerPort: 3000 }],
              readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 },
              ...wish.container,
            },
          ],
          ...wish.pod,
        },
      },
      ...wish.deployment,
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'app' },
    spec: { selector: { app: 'app' }, ports: [{ port: 8888, targetPort: 3000 }], ...wish.service },
  };
  return [deployment, service, ...(wish.others ?? [])].map((object) => stringify(object)).join('---\n');
}
