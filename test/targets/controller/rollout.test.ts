import { describe, expect } from 'vitest';
import type { Event } from '../../../record/event.ts';
import { type Deployed, test } from '../deployed.ts';

/** How many were there at each event of the kinds, from a number at the start. */
function counts(events: readonly Event[], from: number, steps: Partial<Record<Event['kind'], number>>): number[] {
  let count = from;
  return events
    .filter(({ kind }) => kind in steps)
    .map(({ kind }) => {
      count += steps[kind] ?? 0;
      return count;
    });
}

const rollingUpdate = (maxSurge: number, maxUnavailable: number) => ({
  deployment: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } },
});

async function rolledOut(app: Deployed): Promise<Event[]> {
  const before = app.events.length;
  await app.target.rollout('app', 'test/app:v2');
  expect(app.target.state().deployments[0]?.progress).toBe('progressing');
  await app.until('complete', () => app.target.state().deployments[0]?.progress === 'complete', 40_000);
  await app.settled();
  return app.events.slice(before);
}

describe.concurrent('a rolling update', () => {
  test('with surge 0 and unavailable 1 takes one away before it adds one', async ({ deploy }) => {
    const events = await rolledOut(await deploy(rollingUpdate(0, 1)));
    expect(counts(events, 3, { created: 1, terminating: -1 })).toEqual([2, 3, 2, 3, 2, 3]);
    const ready = counts(events, 3, { ready: 1, terminating: -1 });
    expect(ready).toEqual([2, 3, 2, 3, 2, 3]);
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of ['rollout-started', 'signalled', 'exited', 'gone', 'rollout-complete'] as const)
      expect(kinds).toContain(kind);
  });

  test('with surge 1 and unavailable 0 adds one before it takes one away', async ({ deploy }) => {
    const events = await rolledOut(await deploy(rollingUpdate(1, 0)));
    expect(counts(events, 3, { created: 1, terminating: -1 })).toEqual([4, 3, 4, 3, 4, 3]);
    expect(Math.min(...counts(events, 3, { ready: 1, terminating: -1 }))).toBe(3);
  });

  test('to the same image replaces nothing', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    const before = app.events.length;
    await app.target.rollout('app', 'test/app:v1');
    expect(app.target.state().deployments[0]?.progress).toBe('complete');
    expect(app.events.slice(before)).toEqual([]);
  });

  test('waits for minReadySeconds', async ({ deploy }) => {
    const wish = { ...rollingUpdate(1, 0).deployment, replicas: 1, minReadySeconds: 2 };
    const app = await deploy({ deployment: wish });
    const events = await rolledOut(app);
    const ready = events.find(({ kind }) => kind === 'ready');
    const terminating = events.find(({ kind }) => kind === 'terminating');
    expect((terminating?.earliestUs ?? 0) - (ready?.latestUs ?? 0)).toBeGreaterThan(1_998_000);
  });

  test('leads connections away a moment after the list of endpoints says so', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    const events = await rolledOut(app);
    const old = events.find(({ kind }) => kind === 'terminating')?.subject.name;
    const listed = events.find(({ kind, subject }) => kind === 'endpoint-removed' && subject.name === old);
    const routed = events.find(({ kind, subject }) => kind === 'route-removed' && subject.name === old);
    const lagUs = (routed?.earliestUs ?? 0) - (listed?.latestUs ?? 0);
    expect(lagUs).toBeGreaterThan(98_000);
  });
});

describe.concurrent('other ways', () => {
  test('Recreate ends all old ones, to their exit, before it starts a new one', async ({ deploy }) => {
    const events = await rolledOut(await deploy({ deployment: { replicas: 2, strategy: { type: 'Recreate' } } }));
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('exited')).toBeLessThan(kinds.indexOf('created'));
    expect(kinds.filter((kind) => kind === 'exited').length).toBe(2);
  });

  test('those that go are led to as long as they serve and no other does', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 2, strategy: { type: 'Recreate' } } });
    const old = app.target.state().replicas.map(({ pod }) => pod);
    const events = await rolledOut(app);
    const at = (kind: Event['kind'], pod: string) =>
      events.findIndex((event) => event.kind === kind && event.subject.name === pod);
    for (const pod of old) {
      expect(at('endpoint-removed', pod)).toBeLessThan(at('exited', pod));
      expect(at('route-removed', pod)).toBeGreaterThan(at('exited', pod));
    }
  });

  test('a version that never gets ready is stuck at its deadline, and undo brings the old one back in its ReplicaSet', async ({
    deploy,
  }) => {
    const app = await deploy({
      deployment: { progressDeadlineSeconds: 3, ...rollingUpdate(0, 1).deployment },
      versions: { v1: {}, v2: { READY: 'never' } },
    });
    const { target, events } = app;
    const revision = target.state().deployments[0]?.revision;
    await target.rollout('app', 'test/app:v2');
    await app.until('stuck', () => target.state().deployments[0]?.progress === 'stuck');
    expect(target.state().deployments[0]?.reason).toMatch(/is not ready: readiness probe: GET \/readyz answered 503/);
    expect(app.of('progress-deadline')).toHaveLength(1);
    const started = app.of('started').filter(({ version }) => version === 'v2');
    expect(started).toHaveLength(1);
    const before = events.length;
    await target.undo('app');
    await app.complete();
    await app.settled();
    expect(target.state().deployments[0]).toMatchObject({ revision, progress: 'complete', available: 3 });
    const created = events.slice(before).filter(({ kind }) => kind === 'created');
    expect(created.map(({ revision: of }) => of)).toEqual([revision]);
  });

  test('undo without an earlier revision is refused', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    await expect(app.target.undo('app')).rejects.toMatchObject({ code: 'HITLESS_NO_REVISION', blame: 'usage' });
  });

  test('two targets side by side do not disturb each other', async ({ deploy }) => {
    const [one, other] = await Promise.all([deploy(), deploy()]);
    const ports = await Promise.all(
      [one, other].map(async ({ target }) => {
        const route = await target.route();
        return route.kind === 'choice' ? route.endpoints().map(({ port }) => port) : [];
      }),
    );
    expect(new Set(ports.flat()).size).toBe(6);
    await one.target.cleanup();
    expect(other.target.state().deployments[0]).toMatchObject({ ready: 3, progress: 'complete' });
    expect(other.of('exited')).toEqual([]);
  });

  test('an image that nobody described is refused with the nearest name', async ({ describeApp }) => {
    const app = describeApp();
    await app.target.prepare();
    await app.target.apply();
    await expect(app.target.rollout('app', 'test/app:v3')).rejects.toThrow(
      /test\/app:v3 .*did you mean test\/app:v1\?/,
    );
    await expect(app.target.rollout('ap', 'test/app:v2')).rejects.toThrow(/no Deployment ap: did you mean app\?/);
  });
});
