import { expect, test, vi } from 'vitest';
import { Api } from '../../../targets/kubernetes/api.ts';
import { refresh } from '../../../targets/kubernetes/refresh.ts';
import { pod } from './observe/objects.ts';
import { observed } from './observe/observed.ts';

function deployment(generation: number) {
  return {
    metadata: { name: 'app', generation },
    spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image: 'mimuc/app:v1' }] } } },
    status: {
      observedGeneration: generation,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
    },
  };
}

test('what others changed is seen when it resolves, however late the watches are', async () => {
  const {
    api: server,
    observer,
    until,
  } = await observed((api) => {
    api.put('deployments', deployment(1));
    api.put('pods', pod('app-5d9-old', { ready: true }));
  });
  await until(() => observer.state().deployments[0]?.progress === 'complete');
  const kubeConfig = server.kubeConfig();
  const api = new Api(kubeConfig, kubeConfig.getCurrentCluster()?.server ?? '');
  const release = server.holdWatches();
  // As `kubectl` does it beside the run: a new generation, one pod gone and another one there.
  server.put('deployments', deployment(2));
  server.remove('pods', 'app-5d9-old');
  server.put('pods', pod('app-5d9-new'));
  let isDone = false;
  const done = refresh(api, 'test', observer, new AbortController().signal).then(() => {
    isDone = true;
  });
  await vi.waitFor(() => expect(observer.state().deployments[0]?.progress).toBe('progressing'), 10_000);
  expect(isDone).toBe(false);
  expect(observer.find('pods', 'app-5d9-new')).toBeUndefined();
  release();
  await done;
  expect(observer.state().deployments[0]?.progress).toBe('complete');
  expect(observer.all('pods').map(({ metadata }) => metadata.name)).toEqual(['app-5d9-new']);
  await api.close();
});
