import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { Step, StepInputs } from '../../runner/scenario/scenario.ts';
import type { StepContext } from '../../runner/steps/step.ts';
import { runStep } from '../../runner/steps/steps.ts';
import { Interrupted } from '../../runner/steps/wait-for.ts';
import { Transcript } from '../../runner/transcript.ts';
import { scratch } from '../e2e/run-cli.ts';
import { type Deployed, test } from '../targets/deployed.ts';

const { folder, remove } = scratch();
afterAll(remove);

let transcripts = 0;

function run<V extends keyof StepInputs>(
  app: Deployed,
  verb: V,
  input: StepInputs[V],
  signal: AbortSignal = new AbortController().signal,
) {
  const context: StepContext = {
    target: app.target,
    signal,
    traffic: null,
    startTraffic: async () => {},
    notice: () => {},
    transcript: new Transcript(++transcripts, { folder, secrets: [], show: () => {} }),
  };
  return runStep({ index: 0, verb, name: verb, input } as Step, context);
}

const timeoutUs = 20_000_000;
const settleUs = 0;
/** Of a run step, and of a wait for a rollout of others. */
const others = { until: 'ended', withinUs: 0, settleUs, goOn: false } as const;

describe.concurrent('deploy', () => {
  test('is over when all of it serves and goes on to', async ({ describeApp }) => {
    const app = describeApp();
    await app.target.prepare();
    expect(await run(app, 'deploy', { timeoutUs })).toEqual({});
    expect(app.target.state().replicas.map(({ ready, routed }) => ready && routed)).toEqual([true, true, true]);
  });

  test('fails on an app that exits at once, though without a probe it counts as ready first', async ({
    describeApp,
  }) => {
    const app = describeApp({
      container: { readinessProbe: undefined },
      command: ['node', '-e', 'console.error("no database"); process.exit(3)'],
    });
    await app.target.prepare();
    await expect(run(app, 'deploy', { timeoutUs })).rejects.toMatchObject({
      code: 'HITLESS_APP_EXITS',
      blame: 'app',
      message: expect.stringContaining('exited with code 3 (Error); its last words: no database'),
    });
  });

  test('fails on an app that never gets ready', async ({ describeApp }) => {
    const app = describeApp({ container: { readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 1 } } });
    await app.target.prepare();
    await expect(run(app, 'deploy', { timeoutUs: 4_000_000 })).rejects.toMatchObject({
      code: 'HITLESS_NOT_READY',
      blame: 'app',
    });
  });
});

describe.concurrent('rollout', () => {
  test('is over when the last old replica has exited and no connection can be led to it', async ({ deploy }) => {
    const app = await deploy();
    const old = app.target.state().replicas.map(({ pod }) => pod);
    const input = { deployment: 'app', image: 'test/app:v2', until: 'complete', settleUs, timeoutUs } as const;
    expect(await run(app, 'rollout', input)).toEqual({
      terminationsWatched: true,
      replaced: 3,
      // The app has no handler for SIGTERM, and is PID 1.
      message: expect.stringContaining('3 of 3 old replicas did not end by themselves'),
    });
    for (const pod of old) {
      expect(app.of('exited', pod)).toHaveLength(1);
      expect(app.target.state().replicas.find((replica) => replica.pod === pod)?.routed ?? false).toBe(false);
    }
  });

  test('that replaces nothing proves nothing', async ({ deploy }) => {
    const app = await deploy();
    const input = { deployment: 'app', image: 'test/app:v1', until: 'complete', settleUs, timeoutUs } as const;
    expect(await run(app, 'rollout', input)).toMatchObject({ verdict: 'inconclusive', replaced: 0 });
  });

  test('whose old replicas outlive its timeout is in doubt', async ({ deploy }) => {
    const app = await deploy({
      pod: { terminationGracePeriodSeconds: 30 },
      command: ['node', '-e', 'process.on("SIGTERM", () => {}); await import("./app.ts")'],
    });
    const input = { deployment: 'app', image: 'test/app:v2', until: 'complete', settleUs } as const;
    const end = await run(app, 'rollout', { ...input, timeoutUs: 14_000_000 });
    expect(end).toMatchObject({ verdict: 'inconclusive', terminationsWatched: false });
    expect(end.message).toContain('had not ended 14 s after the rollout');
  });

  test('of a Deployment that is not there is a wrong word', async ({ deploy }) => {
    const app = await deploy();
    const input = { deployment: 'apq', image: 'test/app:v2', until: 'complete', settleUs, timeoutUs } as const;
    await expect(run(app, 'rollout', input)).rejects.toMatchObject({ code: 'HITLESS_NO_DEPLOYMENT', blame: 'usage' });
  });
});

describe.concurrent('kill', () => {
  const input = { deployment: 'app', signal: 'SIGKILL', timeoutUs };

  test('waits for what it did, the second time too', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 1 } });
    for (const nth of [1, 2]) {
      expect(await run(app, 'kill', input)).toEqual({});
      expect(app.of('exited')).toHaveLength(nth);
      expect(app.of('ready')).toHaveLength(nth + 1);
      expect(app.target.state().replicas[0]).toMatchObject({ restarts: nth, ready: true, routed: true });
    }
  });

  test('fails where the replica lives on', async ({ deploy }) => {
    const app = await deploy();
    const end = await run(app, 'kill', { ...input, signal: 'SIGCONT', timeoutUs: 1_500_000 });
    expect(end.verdict).toBe('fail');
    expect(end.message).toContain('lived on');
  });
});

describe.concurrent('exec and run', () => {
  test('an exit code but 0 fails, with the last line', async ({ deploy }) => {
    const app = await deploy();
    const node = (code: string) => ['node', '-e', code];
    expect(await run(app, 'exec', { deployment: 'app', command: node(''), timeoutUs })).toEqual({});
    const failing = node('console.error("no table users"); process.exit(4)');
    const exec = await run(app, 'exec', { deployment: 'app', command: failing, timeoutUs });
    expect(exec).toMatchObject({ verdict: 'fail', message: expect.stringMatching(/ended with 4: no table users$/) });
    const here = await run(app, 'run', { ...others, command: failing, timeoutUs });
    expect(here).toMatchObject({ verdict: 'fail', message: expect.stringMatching(/ended with 4: no table users$/) });
  });

  test('what a command printed is in the file that is named, also where that is nothing', async ({ deploy }) => {
    const app = await deploy();
    const { command } = await run(app, 'run', { ...others, command: ['true'], timeoutUs });
    expect(readFileSync(join(folder, command?.log ?? ''), 'utf8')).toBe('');
  });

  test('what takes too long fails', async ({ deploy }) => {
    const app = await deploy();
    const command = ['sleep', '60'];
    const exec = await run(app, 'exec', { deployment: 'app', command, timeoutUs: 300_000 });
    expect(exec).toMatchObject({ verdict: 'fail', message: expect.stringContaining('not done within 0.3 s') });
    const here = await run(app, 'run', { ...others, command, timeoutUs: 300_000 });
    expect(here).toMatchObject({ verdict: 'fail', message: expect.stringContaining('not done within 0.3 s') });
  });

  test('a command that is not there is the environment', async ({ describeApp }) => {
    const app = describeApp();
    await expect(run(app, 'run', { ...others, command: ['no-such-command'], timeoutUs })).rejects.toMatchObject({
      code: 'HITLESS_NO_COMMAND',
      blame: 'environment',
    });
  });
});

test('every wait ends at once when the run is interrupted', async ({ deploy }) => {
  const app = await deploy();
  const waits: Promise<unknown>[] = [];
  const interruption = new AbortController();
  const { signal } = interruption;
  waits.push(run(app, 'hold', { us: 60_000_000 }, signal));
  waits.push(run(app, 'wait', { ...others, deployment: 'app', until: 'stuck', timeoutUs: 60_000_000 }, signal));
  waits.push(run(app, 'exec', { deployment: 'app', command: ['sleep', '60'], timeoutUs: 60_000_000 }, signal));
  const ends = Promise.allSettled(waits);
  interruption.abort();
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: expect.any(Interrupted) });
});
