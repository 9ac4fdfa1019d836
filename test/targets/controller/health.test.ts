import { describe, expect } from 'vitest';
import { test } from '../deployed.ts';

const one = { deployment: { replicas: 1 } };
const without = { readinessProbe: undefined };

describe.concurrent('readiness', () => {
  test('without a probe comes with the start', async ({ deploy }) => {
    const { events } = await deploy({ ...one, container: without });
    const [started, ready] = ['started', 'ready'].map((wanted) => events.find(({ kind }) => kind === wanted));
    expect((ready?.earliestUs ?? 0) - (started?.latestUs ?? 0)).toBeLessThan(100_000);
  });

  test('by tcpSocket and by exec', async ({ deploy }) => {
    await deploy({ ...one, container: { readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 } } });
    const command = [
      'node',
      '-e',
      "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((a) => process.exit(a.ok ? 0 : 1))",
    ];
    await deploy({ ...one, container: { readinessProbe: { exec: { command }, periodSeconds: 1, timeoutSeconds: 5 } } });
  });

  test('a probe of a port that nobody declared, a wrong path and a command that fails never make it ready', async ({
    describeApp,
  }) => {
    const probes = [
      [{ httpGet: { port: 3001 } }, /ECONNREFUSED/],
      [{ tcpSocket: { port: 3001 } }, /ECONNREFUSED/],
      [{ exec: { command: ['sh', '-c', 'echo no luck; exit 4'] } }, /sh exited with 4: no luck/],
      [{ exec: { command: ['sleep', '9'] } }, /longer than 1 s/],
    ] as const;
    await Promise.all(
      probes.map(async ([probe, reason]) => {
        const app = describeApp({ ...one, container: { readinessProbe: { ...probe, periodSeconds: 1 } } });
        await app.target.prepare();
        await app.target.apply();
        await app.until('two failed probes', () => app.of('probe-failed').length >= 2);
        expect(app.of('probe-failed')[0]?.message).toMatch(reason);
        expect(app.of('ready')).toEqual([]);
        expect(app.target.state().deployments[0]?.progress).toBe('progressing');
      }),
    );
  });

  test('a startup probe comes first, and waits for its initial delay', async ({ deploy }) => {
    const app = await deploy({
      ...one,
      container: {
        startupProbe: { httpGet: { path: '/', port: 3000 }, initialDelaySeconds: 2, periodSeconds: 1 },
        readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 },
      },
    });
    const [started] = app.of('started');
    const [ready] = app.of('ready');
    expect((ready?.earliestUs ?? 0) - (started?.latestUs ?? 0)).toBeGreaterThan(1_998_000);
    expect(app.of('probe-failed')).toEqual([]);
  });

  test('an app that is not ready by its own word while it terminates says so', async ({ deploy }) => {
    const app = await deploy({
      ...one,
      container: {
        ports: [{ name: 'web', containerPort: 3000 }],
        readinessProbe: { httpGet: { path: '/readyz', port: 'web' }, periodSeconds: 1 },
      },
    });
    expect(app.target.state().replicas[0]).toMatchObject({ ready: true, listed: true, routed: true });
  });
});

describe.concurrent('liveness', () => {
  test('a container that fails it is told to go, and started again in its pod', async ({ deploy }) => {
    const app = await deploy({
      ...one,
      versions: { v1: { LIVE_FOR: '3000', SIGTERM: 'exit' } },
      container: { livenessProbe: { httpGet: { path: '/livez', port: 3000 }, periodSeconds: 1, failureThreshold: 2 } },
    });
    await app.until('restarted', () => app.of('restarted').length === 1);
    const [pod] = app.of('created').map(({ subject }) => subject.name);
    expect(app.of('probe-failed').filter(({ reason }) => reason === 'liveness').length).toBeGreaterThanOrEqual(2);
    expect(app.of('signalled')[0]).toMatchObject({ signal: 'SIGTERM', reason: 'Unhealthy' });
    expect(app.of('terminating')).toEqual([]);
    expect(app.of('restarted')[0]?.subject.name).toBe(pod);
    expect(app.target.state().replicas).toMatchObject([{ pod, restarts: 1 }]);
  });

  test('a container that fails its startup probe is started again', async ({ describeApp }) => {
    const app = describeApp({
      ...one,
      versions: { v1: { SIGTERM: 'exit' } },
      container: { startupProbe: { tcpSocket: { port: 3001 }, periodSeconds: 1, failureThreshold: 2 } },
    });
    await app.target.prepare();
    await app.target.apply();
    await app.until('restarted', () => app.of('restarted').length === 1);
    expect(app.of('ready')).toEqual([]);
  });
});
