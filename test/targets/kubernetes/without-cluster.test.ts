import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wayOfImages } from '../../../targets/kubernetes/images.ts';
import { loadCluster } from '../../../targets/kubernetes/kubeconfig.ts';
import { repositoryOf } from '../../../targets/kubernetes/revisions.ts';
import { neededRights } from '../../../targets/kubernetes/rights.ts';
import { type Service, unequalBecause } from '../../../targets/kubernetes/service.ts';
import { workloadFacts } from '../../../targets/kubernetes/workload-facts.ts';
import { elsewhereMs, isDead, thisOwner } from '../../../targets/owner.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kubeconfig(name: string, server: string | undefined, current?: string): string {
  const file = join(folder, name);
  const cluster = JSON.stringify(server === undefined ? {} : { server });
  writeFileSync(
    file,
    `clusters: [{name: ${name}, cluster: ${cluster}}]\nusers: [{name: ${name}, user: {token: t}}]\n` +
      `contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]\n${current ? `current-context: ${current}\n` : ''}`,
  );
  return file;
}

describe('a kubeconfig', () => {
  test('of several files gives all contexts, and the first says which', () => {
    const both = [kubeconfig('one', 'https://one:6443', 'one'), kubeconfig('two', 'https://two:6443', 'two')].join(':');
    expect(loadCluster({ kubeconfig: both })).toMatchObject({ server: 'https://one:6443', choice: { context: 'one' } });
    expect(loadCluster({ kubeconfig: both, context: 'two' })).toMatchObject({ server: 'https://two:6443' });
  });

  test.each([
    ['that is not there', { kubeconfig: join(folder, 'nowhere') }, 'HITLESS_KUBECONFIG'],
    [
      'without a current context',
      { kubeconfig: kubeconfig('idle', 'https://idle:6443') },
      'HITLESS_KUBECONFIG_CONTEXT',
    ],
    [
      'without that context',
      { kubeconfig: kubeconfig('red', 'https://red:6443', 'red'), context: 'rde' },
      'HITLESS_KUBECONFIG_CONTEXT',
    ],
    ['whose cluster has no server', { kubeconfig: kubeconfig('bare', undefined, 'bare') }, 'HITLESS_KUBECONFIG'],
  ])('%s is told', (_, choice, code) => {
    expect(() => loadCluster(choice)).toThrow(expect.objectContaining({ code, blame: 'environment' }));
  });

  test('with a typo in the context names the one that was meant', () => {
    expect(() => loadCluster({ kubeconfig: kubeconfig('red', 'https://red:6443', 'red'), context: 'rde' })).toThrow(
      /red/,
    );
  });
});

test.each([
  ['reg:5000/team/', 'any', {}, { kind: 'registry', push: 'reg:5000/team', pull: 'reg:5000/team' }],
  [
    '127.0.0.1:5000=registry.local:80',
    'any',
    {},
    { kind: 'registry', push: '127.0.0.1:5000', pull: 'registry.local:80' },
  ],
  [
    undefined,
    'any',
    { CLUSTER_REGISTRY: '127.0.0.1:5000' },
    { kind: 'registry', push: '127.0.0.1:5000', pull: '127.0.0.1:5000' },
  ],
  [
    undefined,
    'any',
    { HITLESS_REGISTRY: 'a:1', CLUSTER_REGISTRY: 'b:2' },
    { kind: 'registry', push: 'a:1', pull: 'a:1' },
  ],
  [undefined, 'kind-blue', {}, { kind: 'kind', cluster: 'blue' }],
  [undefined, 'minikube', {}, { kind: 'minikube', profile: 'minikube' }],
  ['none', 'kind-blue', {}, { kind: 'none' }],
])('images go by %s of the context %s', (asked, context, environment, way) => {
  expect(wayOfImages(asked, context, environment)).toEqual(way);
});

test('nobody guesses a registry, and what names none is told', () => {
  expect(() => wayOfImages(undefined, 'prod', {})).toThrow(
    expect.objectContaining({ code: 'HITLESS_NO_REGISTRY', blame: 'environment' }),
  );
  expect(() => wayOfImages('http://reg:5000', 'prod', {})).toThrow(
    expect.objectContaining({ code: 'HITLESS_REGISTRY_NAME' }),
  );
});

test.each([
  ['mimuc/helloworld:v1', 'mimuc/helloworld'],
  ['127.0.0.1:5000/mimuc/helloworld:v1@sha256:ab', 'mimuc/helloworld'],
  ['localhost/app', 'app'],
  ['app', 'app'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

describe('the owner of a run', () => {
  const said = (change: object) => JSON.stringify({ ...JSON.parse(thisOwner()), ...change });
  test('is alive as this process, and dead where its pid is another process now', () => {
    expect(isDead(said({}))).toBe(false);
    expect(isDead(said({ start: 'another boot/1' }))).toBe(true);
  });
  test('of another machine is not judged by our processes, but by the day', () => {
    const elsewhere = { host: `not-${hostname()}`, start: 'another boot/1' };
    expect(isDead(said(elsewhere))).toBe(false);
    expect(isDead(said({ ...elsewhere, startedAt: new Date(Date.now() - elsewhereMs - 60_000).toISOString() }))).toBe(
      true,
    );
  });
  test('who is not told, or is nonsense, is nobody to judge', () => {
    for (const annotation of [undefined, '', '{}', '[]', said({ startedAt: 'soon' })])
      expect(isDead(annotation)).toBe(false);
  });
});

test('the rights asked for are those of the steps', () => {
  const words = (verbs: string[], own: boolean) =>
    neededRights([], verbs, own).map(({ verb, resource }) => `${verb} ${resource}`);
  expect(words(['deploy'], true)).toContain('create namespaces');
  expect(words(['deploy'], false)).not.toContain('create namespaces');
  expect(words(['deploy'], true)).not.toContain('create pods/exec');
  expect(words(['kill'], true)).toEqual(expect.arrayContaining(['create pods', 'create pods/exec']));
  expect(words(['drain'], true)).toEqual(expect.arrayContaining(['create pods/eviction', 'patch nodes']));
  expect(new Set(words(['kill', 'exec'], true)).size).toBe(words(['kill', 'exec'], true).length);
});

test.each([
  [{}, { replicas: 1, maxSurge: 1, maxUnavailable: 0, strategy: 'RollingUpdate' }],
  [{ replicas: 10 }, { replicas: 10, maxSurge: 3, maxUnavailable: 2, strategy: 'RollingUpdate' }],
  [
    { replicas: 3, strategy: { type: 'Recreate' } },
    { replicas: 3, maxSurge: 0, maxUnavailable: 3, strategy: 'Recreate' },
  ],
  [
    { replicas: 3, strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: '10%' } } },
    { replicas: 3, maxSurge: 0, maxUnavailable: 1, strategy: 'RollingUpdate' },
  ],
])('a Deployment of %j promises %j', (spec, promise) => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec };
  expect(workloadFacts(object).promise).toEqual(promise);
});

test.each([
  [{ type: 'LoadBalancer' }, undefined],
  [{ sessionAffinity: 'ClientIP' }, /ClientIP/],
  [{ type: 'NodePort', externalTrafficPolicy: 'Local' }, /Local/],
  [{ type: 'NodePort', internalTrafficPolicy: 'Local' }, undefined],
  [{ internalTrafficPolicy: 'Local' }, /Local/],
  [{ trafficDistribution: 'PreferClose' }, /PreferClose/],
])('a Service with %j', (spec, why) => {
  const said = unequalBecause({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec } as Service);
  if (why === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(why);
});
