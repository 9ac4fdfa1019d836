import { describe, expect } from 'vitest';
import type { Event } from '../../../record/event.ts';
import { lacks } from '../../available.ts';
import { type Deployed, test } from '../deployed.ts';

/** A timer may fire up to a millisecond before its time; in s. */
const early = 0.001;

const one = { deployment: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } };

/** Removes the only replica, waits until it has gone, and tells when each thing happened, in s from T. */
async function terminated(app: Deployed): Promise<{ events: Event[]; at(kind: Event['kind']): number }> {
  const before = app.events.length;
  await app.target.scale('app', 0);
  await app.until('gone', () => app.of('gone').length === 1);
  const events = app.events.slice(before);
  const startUs = events.find(({ kind }) => kind === 'terminating')?.earliestUs ?? 0;
  const at = (kind: Event['kind']) =>
    ((events.find((event) => event.kind === kind)?.earliestUs ?? Number.NaN) - startUs) / 1e6;
  return { events, at };
}

describe.concurrent('SIGTERM', () => {
  test.skipIf(lacks('pidns'))(
    'does not reach an app without a handler: it is PID 1, and is killed at the end of its grace',
    async ({ deploy }) => {
      const app = await deploy(one);
      const { events, at } = await terminated(app);
      expect(at('signalled')).toBeLessThan(at('killed'));
      expect(at('killed')).toBeGreaterThanOrEqual(3 - early);
      expect(events.find(({ kind }) => kind === 'exited')).toMatchObject({
        exitCode: 137,
        signal: 'SIGKILL',
        reason: 'Error',
      });
    },
  );

  test('is ignored until the grace is over, then it is killed with 137', async ({ deploy }) => {
    const app = await deploy({ ...one, versions: { v1: { SIGTERM: 'ignore' } } });
    const { events, at } = await terminated(app);
    expect(at('killed')).toBeGreaterThanOrEqual(3 - early);
    expect(events.find(({ kind }) => kind === 'exited')).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
    expect(events.find(({ kind }) => kind === 'killed')).toMatchObject({
      signal: 'SIGKILL',
      reason: 'GracePeriodExceeded',
    });
  });

  test('is handled: it exits by itself, and nothing kills it', async ({ deploy }) => {
    const app = await deploy({ ...one, versions: { v1: { SIGTERM: 'exit' } } });
    const { events } = await terminated(app);
    expect(events.find(({ kind }) => kind === 'exited')).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(events.some(({ kind }) => kind === 'killed')).toBe(false);
  });

  test('ends an app that npm started at once, with code 1', async ({ deploy }) => {
    const app = await deploy({ ...one, command: ['npm', 'run', '--prefix', 'npm-app', 'start'] });
    const { events } = await terminated(app);
    expect(events.find(({ kind }) => kind === 'exited')).toMatchObject({ exitCode: 1 });
    expect(events.some(({ kind }) => kind === 'killed')).toBe(false);
  });
});

describe.concurrent('preStop', () => {
  const exits = { ...one, versions: { v1: { SIGTERM: 'exit' } } };

  test('sleeps before SIGTERM, while its endpoint is taken away', async ({ deploy }) => {
    const app = await deploy({ ...exits, container: { lifecycle: { preStop: { sleep: { seconds: 2 } } } } });
    const { at } = await terminated(app);
    expect(at('prestop-started')).toBeLessThan(0.5);
    expect(at('endpoint-removed')).toBeLessThan(at('prestop-ended'));
    expect(at('prestop-ended')).toBeGreaterThanOrEqual(2 - early);
    expect(at('signalled')).toBeGreaterThanOrEqual(at('prestop-ended'));
  });

  test('that outlives the grace is left behind, and SIGTERM leaves two seconds more', async ({ deploy }) => {
    const app = await deploy({
      ...one,
      versions: { v1: { SIGTERM: 'ignore' } },
      container: { lifecycle: { preStop: { sleep: { seconds: 60 } } } },
      pod: { terminationGracePeriodSeconds: 1 },
    });
    const { events, at } = await terminated(app);
    expect(events.find(({ kind }) => kind === 'prestop-failed')?.message).toMatch(/not over within the grace of 1 s/);
    expect(at('signalled')).toBeGreaterThanOrEqual(1 - early);
    expect(at('killed') - at('signalled')).toBeGreaterThanOrEqual(2 - early);
  });

  test('runs a command in the container, and one that is missing fails at once', async ({ deploy }) => {
    const app = await deploy({
      ...exits,
      container: { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo stopping $HOSTNAME; exit 3'] } } } },
    });
    const { events } = await terminated(app);
    expect(events.find(({ kind }) => kind === 'prestop-failed')?.message).toMatch(/^sh exited with 3/);
    const other = await deploy({
      ...exits,
      container: { lifecycle: { preStop: { exec: { command: ['no-such-command'] } } } },
    });
    expect((await terminated(other)).events.map(({ kind }) => kind)).toContain('prestop-failed');
  });

  test('by httpGet ends when the app has answered', async ({ deploy }) => {
    const app = await deploy({
      ...exits,
      container: { lifecycle: { preStop: { httpGet: { path: '/readyz', port: 3000 } } } },
    });
    const { events } = await terminated(app);
    expect(events.map(({ kind }) => kind)).toContain('prestop-ended');
  });
});
