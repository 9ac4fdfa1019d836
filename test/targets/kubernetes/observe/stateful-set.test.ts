import { expect, test } from 'vitest';
import { rolloutOver } from '../../../../runner/steps/conditions.ts';
import { memberOf, slice } from './objects.ts';
import { observed } from './observed.ts';

const set = (revision: string, more: object = {}, strategy: object = { type: 'RollingUpdate' }) => ({
  metadata: { name: 'db', generation: revision === 'a' ? 1 : 2 },
  spec: {
    replicas: 2,
    updateStrategy: strategy,
    template: { spec: { containers: [{ name: 'app', image: `mimuc/db:${revision}` }] } },
  },
  status: {
    observedGeneration: revision === 'a' ? 1 : 2,
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    updatedReplicas: 2,
    currentRevision: `db-${revision}`,
    updateRevision: `db-${revision}`,
    ...more,
  },
});
const options = { workloads: [{ kind: 'StatefulSet' as const, name: 'db' }], services: ['app'] };
const up = (uid: string) => ({
  node: 'n',
  ready: true,
  state: { running: { startedAt: null } },
  containerID: 'c',
  metadata: { uid },
});
const end = { terminated: { exitCode: 0, reason: 'Completed', finishedAt: null, containerID: 'c' } };

async function running() {
  const seen = await observed(
    (api) => {
      api.put('statefulsets', set('a'));
      api.put('pods', memberOf('db-0', 'a', up('u0')));
      api.put('pods', memberOf('db-1', 'a', up('u1')));
      api.put(
        'endpointslices',
        slice({ name: 'db-0', uid: 'u0', ready: true }, { name: 'db-1', uid: 'u1', ready: true }),
      );
    },
    0,
    options,
  );
  const state = () => seen.observer.state();
  const replicas = () => state().replicas.map(({ pod, uid, phase, revision }) => [pod, uid, phase, revision]);
  const isOver = () => {
    const [deployment] = state().deployments;
    return deployment !== undefined && rolloutOver(deployment, state());
  };
  return { ...seen, state, replicas, isOver };
}

test('a pod that comes back under its name is another replica, in state and events alike', async () => {
  const { api, events, told, until, replicas, isOver, state } = await running();
  await until(isOver);
  expect(state().deployments).toMatchObject([{ name: 'db', kind: 'StatefulSet', revision: 'db-a', updated: 2 }]);

  api.put('statefulsets', set('b', { updatedReplicas: 0, currentRevision: 'db-a', updateRevision: 'db-b' }));
  const leaving = { ...up('u1').metadata, deletionTimestamp: api.stamp(10_000), deletionGracePeriodSeconds: 10 };
  api.put('pods', memberOf('db-1', 'a', { ...up('u1'), metadata: leaving }));
  api.put(
    'endpointslices',
    slice({ name: 'db-0', uid: 'u0', ready: true }, { name: 'db-1', uid: 'u1', ready: false, terminating: true }),
  );
  expect((await told('terminating', 'db-1')).uid).toBe('u1');
  expect((await told('endpoint-removed', 'db-1')).uid).toBe('u1');
  api.put('pods', memberOf('db-1', 'a', { ...up('u1'), ready: false, state: end, metadata: leaving }));
  expect(await told('exited', 'db-1')).toMatchObject({ exitCode: 0, uid: 'u1' });
  api.remove('pods', 'db-1');
  await told('gone', 'db-1');
  // The list of endpoints may name it before it is seen itself.
  api.put(
    'endpointslices',
    slice({ name: 'db-0', uid: 'u0', ready: true }, { name: 'db-1', uid: 'u2', ready: false, serving: false }),
  );
  api.put('pods', memberOf('db-1', 'b', { node: 'n', metadata: { uid: 'u2' } }));
  expect(await told('created', 'db-1#2')).toMatchObject({ uid: 'u2', owner: 'db', revision: 'db-b', version: 'b' });
  expect(replicas()).toEqual([
    ['db-1', 'u1', 'exited', 'db-a'],
    ['db-0', 'u0', 'running', 'db-a'],
    ['db-1#2', 'u2', 'starting', 'db-b'],
  ]);
  expect(isOver()).toBe(false);

  api.put('pods', memberOf('db-1', 'b', up('u2')));
  api.put('endpointslices', slice({ name: 'db-0', uid: 'u0', ready: true }, { name: 'db-1', uid: 'u2', ready: true }));
  await told('ready', 'db-1#2');
  expect((await told('endpoint-added', 'db-1#2')).uid).toBe('u2');
  // Nothing of the one before it was told again.
  expect(events.filter(({ kind, subject }) => kind === 'ready' && subject.name === 'db-1')).toHaveLength(1);
});

test('its update is over when the last old pod has gone, and currentRevision has followed', async () => {
  const { api, until, told, isOver, events } = await running();
  const updating = { updatedReplicas: 1, currentRevision: 'db-a', updateRevision: 'db-b' };
  api.put('statefulsets', set('b', updating));
  expect((await told('rollout-started', 'db')).subject.kind).toBe('statefulset');
  for (const [name, uid] of [
    ['db-1', 'v1'],
    ['db-0', 'v0'],
  ] as const) {
    api.remove('pods', name);
    api.put('pods', memberOf(name, 'b', up(uid)));
  }
  api.put('endpointslices', slice({ name: 'db-0', uid: 'v0', ready: true }, { name: 'db-1', uid: 'v1', ready: true }));
  await told('ready', 'db-0#2');
  expect(isOver()).toBe(false);
  expect(events.filter(({ kind }) => kind === 'rollout-complete')).toEqual([]);
  api.put('statefulsets', set('b'));
  expect(await told('rollout-complete', 'db')).toMatchObject({ revision: 'db-b', version: 'b' });
  await until(isOver);
});

test('pods below the partition are no leftovers', async () => {
  const { api, until, isOver, state } = await running();
  const strategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  api.put('statefulsets', set('b', { updatedReplicas: 1, currentRevision: 'db-a', updateRevision: 'db-b' }, strategy));
  await until(() => state().deployments[0]?.revision === 'db-b');
  api.remove('pods', 'db-1');
  api.put('pods', memberOf('db-1', 'b', up('v1')));
  api.put('endpointslices', slice({ name: 'db-0', uid: 'u0', ready: true }, { name: 'db-1', uid: 'v1', ready: true }));
  await until(isOver);
  expect(state().deployments[0]).toMatchObject({ progress: 'complete', keeps: ['db-a'], updated: 1 });
});

test('OnDelete is no rolling update, and says so', async () => {
  const { api, until, state, isOver, events } = await running();
  api.put(
    'statefulsets',
    set('b', { updatedReplicas: 0, currentRevision: 'db-a', updateRevision: 'db-b' }, { type: 'OnDelete' }),
  );
  await until(() => state().deployments[0]?.revision === 'db-b');
  await until(isOver);
  expect(state().deployments[0]).toMatchObject({ promise: { strategy: 'OnDelete' }, keeps: ['db-a'] });
  expect(state().deployments[0]?.reason).toContain('it replaces no pod by itself (OnDelete)');
  expect(events.filter(({ kind }) => kind === 'rollout-started')).toEqual([]);
});
