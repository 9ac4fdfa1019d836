import { expect, test } from 'vitest';
import { nowUs } from '../../../../record/clock.ts';
import type { Event } from '../../../../record/event.ts';
import { Observer } from '../../../../targets/kubernetes/observe/observer.ts';
import { ApiServer } from './api-server.ts';
import { pod, slice } from './objects.ts';
import { observed } from './observed.ts';

/** Does something, and returns when: before it, and after it. */
function during(act: () => void): [beforeUs: number, afterUs: number] {
  const beforeUs = nowUs();
  act();
  return [beforeUs, nowUs()];
}

function holds({ earliestUs, latestUs }: Event, [beforeUs, afterUs]: [number, number]): boolean {
  return earliestUs <= afterUs && beforeUs <= latestUs;
}

const blinds = (events: readonly Event[], name = 'pods') =>
  events.filter(({ kind, subject }) => kind === 'blind' && subject.name === name);

test('tells what happens, in intervals that hold the moment', async () => {
  const { api, told, observer, until } = await observed();
  const made = during(() => api.put('pods', pod('app-5d9-a')));
  const created = await told('created', 'app-5d9-a');
  expect(holds(created, made)).toBe(true);
  expect(created).toMatchObject({ owner: 'app', revision: '5d9', version: 'v1', subject: { kind: 'replica' } });
  const turned = during(() => api.put('pods', pod('app-5d9-a', { ready: true })));
  expect(holds(await told('ready', 'app-5d9-a'), turned)).toBe(true);
  const listed = during(() => api.put('endpointslices', slice({ name: 'app-5d9-a', ready: true })));
  expect(holds(await told('endpoint-added', 'app-5d9-a'), listed)).toBe(true);
  expect(observer.state().replicas).toMatchObject([{ pod: 'app-5d9-a', ready: true, listed: true }]);
  // Every node follows the list a moment later.
  await until(() => observer.state().replicas[0]?.routed === true);
  const gone = during(() => api.remove('pods', 'app-5d9-a'));
  expect(holds(await told('gone', 'app-5d9-a'), gone)).toBe(true);
  expect(observer.state().replicas).toMatchObject([
    { phase: 'exited', ready: false, lastExit: { code: null, signal: null, reason: 'Unknown' } },
  ]);
});

test('what was there before is told with the times that are known of it', async () => {
  const { seen } = await observed((api) => {
    api.put('pods', pod('old', { ready: true, metadata: { creationTimestamp: api.stamp(-3_600_000) } }));
  });
  const created = seen('created', 'old') as Event;
  const agoMs = (nowUs() - created.earliestUs) / 1000;
  expect(agoMs).toBeGreaterThan(3_590_000);
  expect(agoMs).toBeLessThan(3_700_000);
  expect(seen('ready', 'old')?.earliestUs).toBe(created.earliestUs);
});

test('goes on where it was cut off: nothing is lost, and nothing told twice', async () => {
  const { api, told, events, until } = await observed();
  api.put('pods', pod('a'));
  await told('created', 'a');
  api.cut();
  const made = during(() => api.put('pods', pod('b')));
  api.put('pods', pod('c'));
  api.remove('pods', 'c');
  await told('gone', 'c');
  expect(holds(await told('created', 'b'), made)).toBe(true);
  await until(() => blinds(events).length === 1);
  expect(blinds(events)[0]).toMatchObject({ reason: 'Resumed', subject: { kind: 'watch', name: 'pods' } });
  expect(holds(blinds(events)[0] as Event, made)).toBe(true);
  expect(events.filter(({ kind }) => kind === 'created')).toHaveLength(3);
});

test('lists anew where the server no longer knows the place, and says what may have been missed', async () => {
  const { api, told, events, seen, until } = await observed();
  api.put('pods', pod('a', { ready: true }));
  await told('ready', 'a');
  api.cut();
  const missed = during(() => {
    api.put('pods', pod('came-and-went'));
    api.remove('pods', 'came-and-went');
  });
  const turned = during(() => api.put('pods', pod('a', { ready: false })));
  api.forget();
  expect(holds(await told('unready', 'a'), turned)).toBe(true);
  await until(() => blinds(events).some(({ reason }) => reason === 'Reconciled'));
  const blind = blinds(events).find(({ reason }) => reason === 'Reconciled') as Event;
  expect(blind.earliestUs).toBeLessThanOrEqual(missed[0]);
  expect(blind.latestUs).toBeGreaterThanOrEqual(missed[1]);
  expect(seen('created', 'came-and-went')).toBeUndefined();
});

test.each([
  ['no JSON', 'this is no JSON\n'],
  ['half a line, and no more', '{"type":"MODIFIED","obj'],
  ['a line that is no event', '{"type":"MODIFIED"}\n'],
  ['an event of an unknown type', '{"type":"SURPRISE","object":{"metadata":{"resourceVersion":"7"}}}\n'],
])('what it cannot read is no reason to trust what follows: %s', async (_, text) => {
  const { api, told, events, until } = await observed();
  api.write('pods', text);
  if (!text.endsWith('\n')) api.cut();
  api.put('pods', pod('a'));
  await told('created', 'a');
  await until(() => blinds(events).length > 0);
});

test('an error on a watch that is not 410 does not end it', async () => {
  const { api, told, events, until } = await observed();
  api.write('pods', '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd leader changed"}}\n');
  await until(() => blinds(events).length > 0);
  expect(blinds(events)[0]).toMatchObject({ reason: 'Resumed', message: 'etcd leader changed' });
  api.put('pods', pod('a'));
  await told('created', 'a');
});

test('notices a server that no longer answers, and since when', async () => {
  const { api, told, events, until, observer } = await observed((server) => {
    server.put('deployments', complete);
  });
  expect(observer.state().deployments[0]?.progress).toBe('complete');
  const silentUs = nowUs();
  api.fallSilent();
  const made = during(() => api.put('pods', pod('a')));
  await until(() => observer.state().deployments[0]?.progress === 'progressing');
  expect(observer.state().deployments[0]?.reason).toMatch(/have not been watched for/);
  api.speak();
  expect(holds(await told('created', 'a'), made)).toBe(true);
  await until(() => blinds(events).length > 0 && observer.state().deployments[0]?.progress === 'complete');
  const blind = blinds(events)[0] as Event;
  expect(blind).toMatchObject({ reason: 'Resumed' });
  expect(blind.earliestUs).toBeLessThanOrEqual(silentUs);
});

test('stopped while nothing answers, it says that it does not know how it ended', async () => {
  const { api, observer, events, until } = await observed((server) => {
    server.put('deployments', complete);
  });
  api.fallSilent();
  await until(() => observer.state().deployments[0]?.progress === 'progressing');
  observer.stop();
  expect(blinds(events)).toMatchObject([{ reason: 'Ended' }]);
});

test('by stamps alone where the store does not count all kinds together', async () => {
  const { api, told } = await observed((server) => {
    server.listsBehind = 50;
  }, 300_000);
  for (const name of ['a', 'b', 'c']) {
    const made = during(() => api.put('pods', pod(name)));
    const created = await told('created', name);
    expect(holds(created, made)).toBe(true);
    const turned = during(() => api.put('pods', pod(name, { ready: true })));
    const ready = await told('ready', name);
    expect(holds(ready, turned)).toBe(true);
    // Whole seconds, and the offset of two clocks: no more is known.
    expect(ready.latestUs - ready.earliestUs).toBeLessThan(60_000_000);
  }
});

test('does without what it may not watch, but not without pods', async () => {
  const { observer } = await observed((api) => api.refuse('nodes', 403));
  expect(observer.unwatched).toEqual(['nodes']);
  const api = await ApiServer.start();
  api.refuse('pods', 403);
  const blocked = new Observer(api.kubeConfig(), { namespace: 'test', onEvent: () => {}, onChange: () => {} });
  await expect(blocked.start()).rejects.toMatchObject({
    code: 'HITLESS_KUBERNETES_RIGHTS',
    message: 'pods in test cannot be watched: pods is refused',
  });
  const nobody = new Observer(api.kubeConfig(), { namespace: 'test', onEvent: () => {}, onChange: () => {} });
  await api.stop();
  await expect(nobody.start()).rejects.toMatchObject({ code: 'HITLESS_KUBERNETES_UNREACHABLE' });
});

const complete = {
  metadata: { name: 'app', generation: 1 },
  spec: { replicas: 0, template: { spec: { containers: [{ name: 'app', image: 'app:v1' }] } } },
  status: { observedGeneration: 1 },
};

test('a Deployment is not complete before the change that was asked for is seen', async () => {
  const { api, observer, until } = await observed((server) => {
    server.put('deployments', complete);
  });
  observer.expect('app', 2);
  expect(observer.state().deployments[0]?.progress).toBe('progressing');
  api.put('deployments', { metadata: { name: 'app', generation: 2 }, status: { observedGeneration: 1 } });
  await until(() => observer.find('deployments', 'app')?.metadata.generation === 2);
  expect(observer.state().deployments[0]?.progress).toBe('progressing');
  api.put('deployments', { metadata: { name: 'app', generation: 2 }, status: { observedGeneration: 2 } });
  await until(() => observer.state().deployments[0]?.progress === 'complete');
});
