import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { HitlessError } from '../../../record/error.ts';
import { objectsAnnotation, ownerAnnotation } from '../../../targets/kubernetes/annotations.ts';
import type { KubeObject } from '../../../targets/kubernetes/api.ts';
import { cleanDeadRunsOf } from '../../../targets/kubernetes/clean.ts';
import { core } from '../../../targets/kubernetes/resources.ts';
import { runLabel, thisOwner } from '../../../targets/owner.ts';
import { lacks } from '../../available.ts';
import { images, type OnCluster, test } from './on-cluster.ts';

const there = !lacks('cluster');
/** Many helpers may share the cluster, and a machine of two cores. */
const timeout = 240_000;

const isComplete =
  ({ target }: OnCluster, ready: number) =>
  () => {
    const { deployments, replicas } = target.state();
    const app = deployments.find(({ name }) => name === 'app');
    const current = replicas.filter(({ revision, phase }) => revision === app?.revision && phase === 'running');
    return app?.progress === 'complete' && current.filter((one) => one.ready && one.routed).length === ready;
  };

async function fault(promise: Promise<unknown>): Promise<HitlessError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HitlessError) return error;
  throw new Error(`expected a HitlessError, got ${error}`);
}

describe.runIf(there)('on a cluster', () => {
  test('an app is deployed, reached, replaced, brought back, killed, scaled and removed', { timeout }, async ({
    describeApp,
    api,
  }) => {
    const run = describeApp();
    const { target, until, folder, events } = run;
    const namespace = `/api/v1/namespaces/hitless-${run.runId}`;
    await target.prepare();
    expect(target.state().deployments).toEqual([]);
    await target.apply();
    expect(target.state().deployments).toMatchObject([{ name: 'app', progress: 'progressing' }]);
    await until('two replicas', isComplete(run, 2));
    expect((await api.find(namespace))?.metadata.labels?.[runLabel]).toBe(run.runId);

    const { url } = await target.route();
    const { name } = (await (await fetch(url)).json()) as { name: string };
    expect(target.facts()).toMatchObject({
      kind: 'kubernetes',
      path: 'direct',
      equalShares: true,
      details: { by: 'NodePort' },
    });

    const [first] = target.state().replicas;
    const said = await target.exec(first?.pod ?? '', ['sh', '-c', 'echo $((6 * 7)); exit 3']);
    expect(said).toMatchObject({ code: 3, stdout: '42\n' });
    expect(await fault(target.exec('nobody', ['true']))).toMatchObject({ code: 'HITLESS_UNKNOWN_NAME' });

    const before = target.state().deployments[0]?.revision;
    await target.rollout('app', images[1]);
    expect(target.state().deployments[0]?.progress).toBe('progressing');
    await until('the other image', () => isComplete(run, 2)() && target.state().deployments[0]?.revision !== before);
    await target.undo('app');
    await until(
      'the revision before',
      () => isComplete(run, 2)() && target.state().deployments[0]?.revision === before,
    );

    await target.scale('app', 1);
    await until(
      'one replica',
      () => isComplete(run, 1)() && target.state().replicas.filter(({ phase }) => phase !== 'exited').length === 1,
    );
    const killed = await target.kill('app');
    const victim = () => target.state().replicas.find(({ pod }) => pod === killed);
    await until('another start in the same pod', () => victim()?.restarts === 1 && victim()?.ready === true);
    expect(victim()?.lastExit).toMatchObject({ code: 137 });
    const [kill] = events.filter(({ kind }) => kind === 'killed');
    expect(kill).toMatchObject({ subject: { name: killed }, signal: 'SIGKILL' });

    await until(
      'both starts in the log',
      () => readFileSync(join(folder, 'logs', `${killed}.log`), 'utf8').match(/listens/g)?.length === 2,
    );
    await target.cleanup();
    await target.cleanup();
    expect(await api.find(namespace)).toBeUndefined();
    const pods = await target.podsCalled?.([name, 'app-0123456789ab', 'app']);
    expect([...(pods ?? [])]).toEqual([[name, expect.stringMatching(/^app-/)]]);
  });

  test('in a namespace of the user only what the run made goes, and nothing of others is taken', { timeout }, async ({
    describeApp,
    api,
    makeNamespace,
  }) => {
    const namespace = `theirs-${process.pid}`;
    await makeNamespace(namespace);
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' } };
    await api.create(core(namespace, 'configmaps'), theirs);

    const greedy = describeApp({ settings: { namespace }, objects: [{ ...theirs, data: { changed: 'yes' } }] });
    expect(await fault(greedy.target.prepare())).toMatchObject({
      code: 'HITLESS_CLUSTER_TAKEN',
      location: { file: greedy.manifest },
    });

    const ours = describeApp({ settings: { namespace }, spec: { replicas: 0 } });
    await ours.target.prepare();
    await ours.target.apply();
    expect(await fault(describeApp({ settings: { namespace } }).target.prepare())).toMatchObject({
      code: 'HITLESS_CLUSTER_TAKEN',
    });
    await ours.target.cleanup();
    const left = await api.get<{ items: KubeObject[] }>(core(namespace, 'configmaps'));
    const names = left.items.map(({ metadata }) => metadata.name);
    expect(names).toContain('theirs');
    expect(names.filter((name) => name.startsWith('hitless-'))).toEqual([]);
    for (const plural of ['services', 'pods'])
      expect((await api.get<{ items: KubeObject[] }>(core(namespace, plural))).items).toEqual([]);
  });

  test('what a dead run left is removed, what a living one has is not, and a forged claim takes nothing along', {
    timeout,
  }, async ({ api, makeNamespace }) => {
    const claim = async (id: string, owner: object, objects: string[]) => {
      const annotations = { [ownerAnnotation]: JSON.stringify(owner), [objectsAnnotation]: JSON.stringify(objects) };
      await makeNamespace(`hitless-${id}`, { labels: { [runLabel]: id }, annotations });
    };
    const dead = `dead-${process.pid}`;
    const living = `living-${process.pid}`;
    await claim(living, JSON.parse(thisOwner()), []);
    await claim(dead, { ...JSON.parse(thisOwner()), start: 'another boot/1' }, [
      `/api/v1/namespaces/hitless-${living}`,
    ]);
    // Another run that starts now does the same: who of them removes it is not for us to say.
    await cleanDeadRunsOf(api);
    expect(await api.find(`/api/v1/namespaces/hitless-${dead}`)).toBeUndefined();
    expect((await api.find(`/api/v1/namespaces/hitless-${living}`))?.status).toMatchObject({ phase: 'Active' });
  });

  test('what local and docker refuse runs here: init containers, sidecars, volumes of any kind, a StatefulSet beside it', {
    timeout,
  }, async ({ describeApp, api }) => {
    const [image] = images;
    const shared = { name: 'shared', mountPath: '/shared' };
    const sleeps = ['sh', '-c', 'trap exit TERM; while :; do sleep 1; done'];
    const run = describeApp({
      pod: {
        initContainers: [
          {
            name: 'first',
            image,
            command: ['sh', '-c', 'cp /pod/labels /shared/'],
            volumeMounts: [shared, { name: 'pod', mountPath: '/pod' }],
          },
          { name: 'side', image, command: sleeps, restartPolicy: 'Always' },
        ],
        volumes: [
          { name: 'shared', emptyDir: {} },
          { name: 'pod', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
      container: { volumeMounts: [shared] },
      objects: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'beside' },
          spec: {
            serviceName: 'app',
            replicas: 1,
            selector: { matchLabels: { app: 'beside' } },
            template: {
              metadata: { labels: { app: 'beside' } },
              spec: { containers: [{ name: 'beside', image, command: sleeps }] },
            },
          },
        },
      ],
    });
    const { target, until, runId } = run;
    await target.prepare();
    await target.apply();
    await until('two replicas', isComplete(run, 2));
    const app = target.state().replicas.find(({ deployment, phase }) => deployment === 'app' && phase === 'running');
    expect(await target.exec(app?.pod ?? '', ['cat', '/shared/labels'])).toMatchObject({
      stdout: expect.stringContaining('app="app"'),
    });
    const beside = await api.find(`/apis/apps/v1/namespaces/hitless-${runId}/statefulsets/beside`);
    expect(beside?.metadata.labels).toMatchObject({ [runLabel]: runId });
    expect(target.facts().places?.[app?.pod ?? '']).toMatchObject({ node: expect.any(String) });
  });

  test('what keeps replicas away is named, with what to do', { timeout }, async ({
    describeApp,
    api,
    makeNamespace,
  }) => {
    const container = { name: 'app', image: 'nobody/has-this:v1', command: ['true'] };
    const unknown = describeApp({
      spec: { template: { metadata: { labels: { app: 'app' } }, spec: { containers: [container] } } },
    });
    const reason = () => unknown.target.state().deployments[0]?.reason ?? '';
    await unknown.target.prepare();
    await unknown.target.apply();
    await unknown.until('why the image is not there', () =>
      /app-\S+ waits: (ErrImagePull|ImagePullBackOff)/.test(reason()),
    );
    expect(reason()).toMatch(/nobody\/has-this:v1.*Is the name right, and may the nodes pull it\?/);
    await unknown.target.cleanup();

    const namespace = `tight-${process.pid}`;
    await makeNamespace(namespace);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'tight' },
      spec: { hard: { pods: '1' } },
    };
    await api.create(core(namespace, 'resourcequotas'), quota);
    const tight = describeApp({ settings: { namespace } });
    await tight.target.prepare();
    await tight.target.apply();
    await tight.until('the quota', () =>
      /exceeded quota: tight.*Raise the quota/.test(tight.target.state().deployments[0]?.reason ?? ''),
    );
  });

  test('a field that the API server does not know is told with its place before anything runs', { timeout }, async ({
    describeApp,
  }) => {
    const { target, manifest } = describeApp({ spec: { replicass: 2 } });
    expect(await fault(target.prepare())).toMatchObject({
      code: 'HITLESS_MANIFEST_REJECTED',
      blame: 'usage',
      location: { file: manifest, line: expect.any(Number) },
      message: expect.stringContaining('replicass'),
    });
  });
});
