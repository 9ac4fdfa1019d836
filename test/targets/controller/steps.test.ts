import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Target } from '../../../targets/target.ts';
import { lacks } from '../../available.ts';
import { test } from '../deployed.ts';

async function answer(target: Target): Promise<{ version: string; pod: string; pid: number }> {
  const { url } = await target.route();
  return (await (await fetch(url)).json()) as { version: string; pod: string; pid: number };
}

describe.concurrent('kill', () => {
  test('ends the container, not its pod: it is started again there, unready in between', async ({ deploy }) => {
    const app = await deploy();
    const pod = await app.target.kill('app');
    await app.until('ready again', () => app.of('ready', pod).length === 2);
    const kinds = app.events.filter(({ subject }) => subject.name === pod).map(({ kind }) => kind);
    const after = kinds
      .slice(kinds.indexOf('killed'))
      .filter((kind) => kind !== 'probe-failed' && !kind.startsWith('route'));
    expect(after).toEqual(['killed', 'exited', 'unready', 'endpoint-removed', 'restarted', 'ready', 'endpoint-added']);
    expect(app.of('killed')[0]).toMatchObject({ signal: 'SIGKILL', reason: 'Requested', owner: 'app', version: 'v1' });
    expect(app.of('exited')[0]).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
    expect(app.target.state().replicas.find((replica) => replica.pod === pod)).toMatchObject({
      restarts: 1,
      phase: 'running',
    });
  });

  test('a second end within ten minutes has to wait 10 s', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    await app.target.kill('app');
    await app.until('restarted', () => app.of('restarted').length === 1);
    const pod = await app.target.kill('app', { pod: app.target.state().replicas[0]?.pod ?? '' });
    await app.until('back-off', () => app.of('back-off').length === 1);
    expect(app.of('back-off')[0]).toMatchObject({ message: 'back-off 10 s restarting failed container app' });
    expect(app.target.state().replicas[0]).toMatchObject({
      pod,
      waiting: 'CrashLoopBackOff',
      phase: 'starting',
      restarts: 1,
    });
    await app.target.scale('app', 0);
    await app.until('gone', () => app.of('gone').length === 1);
  });

  test('refuses what it cannot do', async ({ deploy }) => {
    const { target } = await deploy({ deployment: { replicas: 1 } });
    await expect(target.kill('app', { signal: 'SIGKIL' })).rejects.toThrow(
      /unknown signal SIGKIL: did you mean SIGKILL\?/,
    );
    await expect(target.kill('app', { pod: 'nobody' })).rejects.toMatchObject({ code: 'HITLESS_NOTHING_TO_KILL' });
  });
});

describe.concurrent('an app that exits at once', () => {
  test('is quoted, and started again until its deadline is over', async ({ describeApp }) => {
    const app = describeApp({
      deployment: { replicas: 1, progressDeadlineSeconds: 4 },
      versions: { v1: { EXIT: '3' } },
    });
    await app.target.prepare();
    await app.target.apply();
    await app.until('back-off', () => app.target.state().replicas[0]?.waiting !== undefined);
    expect(app.target.state().replicas[0]).toMatchObject({
      waiting: 'CrashLoopBackOff',
      lastExit: { code: 3, signal: null, reason: 'Error', message: 'cannot go on: no database' },
    });
    await app.until('stuck', () => app.target.state().deployments[0]?.progress === 'stuck');
    expect(app.target.state().deployments[0]?.reason).toMatch(/ended with exit code 3: cannot go on: no database/);
    const [pod] = app.of('created').map(({ subject }) => subject.name);
    const log = join(app.folder, 'logs', `${pod}.log`);
    await app.until('log', () => existsSync(log) && readFileSync(log, 'utf8').includes('cannot go on'));
  });
});

describe.concurrent('scale', () => {
  test('up and down, the ones that are not ready first', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 2 }, versions: { v1: { SIGTERM: 'exit' } } });
    await app.target.scale('app', 4);
    expect(app.of('scaled').at(-1)?.promise).toEqual({
      replicas: 4,
      maxSurge: 1,
      maxUnavailable: 1,
      strategy: 'RollingUpdate',
    });
    expect(app.target.state().deployments[0]?.progress).toBe('progressing');
    const young = app
      .of('created')
      .slice(2)
      .map(({ subject }) => subject.name);
    expect(young).toHaveLength(2);
    await app.target.scale('app', 2);
    expect(
      app
        .of('terminating')
        .map(({ subject }) => subject.name)
        .sort(),
    ).toEqual(young.sort());
    await app.until('gone', () => app.of('gone').length === 2);
    expect(app.target.state().deployments[0]).toMatchObject({ progress: 'complete', available: 2 });
    await expect(app.target.scale('app', -1)).rejects.toMatchObject({ code: 'HITLESS_REPLICAS' });
  });
});

describe.concurrent('switch', () => {
  test('leads all new connections elsewhere in one go', async ({ deploy }) => {
    const app = await deploy({
      service: { selector: { app: 'app', colour: 'blue' } },
      deployment: { replicas: 2 },
    });
    const route = await app.target.route();
    if (route.kind !== 'choice') throw new Error('expected a choice');
    expect(route.endpoints()).toEqual([]);
    const lists: number[] = [];
    const end = route.onChange((endpoints) => lists.push(endpoints.length));
    await app.target.switch('app', { app: 'app' });
    await app.until('switched', () => route.endpoints().length === 2);
    expect(lists).toEqual([2]);
    end();
    expect(app.of('switched')[0]).toMatchObject({ subject: { kind: 'service', name: 'app' }, message: 'app=app' });
    await expect(app.target.switch('apps', {})).rejects.toThrow(/no Service apps: did you mean app\?/);
  });
});

describe.concurrent('exec', () => {
  test('runs in the environment of the replica', async ({ deploy }) => {
    const { target } = await deploy({ deployment: { replicas: 1 }, versions: { v1: { SAID: 'hello' } } });
    const pod = target.state().replicas[0]?.pod ?? '';
    const result = await target.exec(pod, ['sh', '-c', 'echo $SAID $HOSTNAME; echo bad >&2; exit 5']);
    expect(result).toEqual({ code: 5, stdout: `hello ${pod}\n`, stderr: 'bad\n' });
    await expect(target.exec('nobody', ['true'])).rejects.toMatchObject({ code: 'HITLESS_UNKNOWN_NAME' });
  });

  test.skipIf(lacks('pidns'))('among its processes: PID 1 is the app', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    expect((await answer(app.target)).pid).toBe(1);
    const pod = app.target.state().replicas[0]?.pod ?? '';
    await app.target.exec(pod, ['sh', '-c', 'kill -TERM 1; kill -KILL 1; true']);
    expect(app.of('exited')).toEqual([]);
  });
});

describe.concurrent('the environment of a container', () => {
  test('is what image and manifest say, with PORT and HOSTNAME, and nothing of the user', async ({ deploy }) => {
    const env = [
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'SAID', value: 'pod $(POD) of $(NOBODY), $$(POD)' },
      { name: 'PORT', value: '3000' },
    ];
    const { target } = await deploy({ deployment: { replicas: 1 }, container: { env } });
    const pod = target.state().replicas[0]?.pod ?? '';
    expect(await answer(target)).toMatchObject({ version: 'v1', pod, env: `pod ${pod} of $(NOBODY), $(POD)` });
    const { stdout } = await target.exec(pod, ['env']);
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    expect(names.filter((name) => name === 'VITEST' || name === 'NODE_ENV')).toEqual([]);
    expect(stdout).not.toMatch(/^PORT=3000$/m);
  });
});
