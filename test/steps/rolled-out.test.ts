import { describe, expect } from 'vitest';
import { untilOver, untilRolledOut } from '../../runner/steps/rolled-out.ts';
import type { StepContext } from '../../runner/steps/step.ts';
import { Transcript } from '../../runner/transcript.ts';
import { type Deployed, test } from '../targets/deployed.ts';

function contextOf({ target, folder, notices }: Deployed): StepContext {
  return {
    target,
    signal: new AbortController().signal,
    traffic: null,
    startTraffic: async () => {},
    notice: (line) => notices.push(line),
    transcript: new Transcript(1, { folder, secrets: [], show: () => {} }),
  };
}

const withinUs = 20_000_000;
const timeoutUs = 60_000_000;
const settleUs = 0;

describe.concurrent("somebody else's rollout", () => {
  test('is waited for until it begins, and until the last old replica has exited', async ({ deploy }) => {
    const app = await deploy({ versions: { v1: {}, v2: {} } });
    const before = app.target.state();
    const waited = untilRolledOut({ before, withinUs, timeoutUs, settleUs }, contextOf(app));
    await app.target.rollout('app', 'test/app:v2');
    expect(await waited).toMatchObject({ terminationsWatched: true, replaced: 3 });
    const { replicas } = app.target.state();
    const old = replicas.filter(({ pod }) => before.replicas.some((one) => one.pod === pod));
    expect(old.map(({ phase, routed }) => [phase, routed])).toEqual(Array(3).fill(['exited', false]));
  });

  test('that is over when it is looked for counts, by what was there before', async ({ deploy }) => {
    const app = await deploy();
    const before = app.target.state();
    await app.target.rollout('app', 'test/app:v2');
    await app.complete();
    await app.settled();
    const outcome = await untilRolledOut({ before, withinUs, timeoutUs, settleUs }, contextOf(app));
    expect(outcome).toMatchObject({ terminationsWatched: true, replaced: 3 });
  });

  test('that does not come, or adds replicas alone, is none', async ({ deploy }) => {
    const app = await deploy();
    const wait = { before: app.target.state(), withinUs: 200_000, timeoutUs, settleUs };
    const none = {
      verdict: 'inconclusive',
      replaced: 0,
      message: expect.stringMatching(/^no-rollout: .*replica of app/),
    };
    expect(await untilRolledOut(wait, contextOf(app))).toMatchObject(none);
    await app.target.scale('app', 4);
    expect(await untilRolledOut(wait, contextOf(app))).toMatchObject(none);
    expect(app.target.state().replicas.filter(({ ready }) => ready)).toHaveLength(4);
  });

  test('that is not over in time fails', async ({ deploy }) => {
    const app = await deploy({ versions: { v1: {}, v2: { READY: 'never' } } });
    const wait = { before: app.target.state(), withinUs, timeoutUs: 1_500_000, settleUs };
    await app.target.rollout('app', 'test/app:v2');
    const outcome = await untilRolledOut(wait, contextOf(app));
    expect(outcome).toMatchObject({ verdict: 'fail', terminationsWatched: false });
    expect(outcome.message).toMatch(/the rollout of app was not over within 1.5 s/);
  });

  test('that is under way before ours is waited for, and told where it goes on', async ({ deploy }) => {
    const app = await deploy();
    expect(await untilOver(timeoutUs, contextOf(app))).toEqual({});
    await app.target.rollout('app', 'test/app:v2');
    const message = 'a rollout of app was under way before: what it loses is counted too';
    expect(await untilOver(1_000, contextOf(app))).toEqual({ message });
    expect(app.notices).toContain(message);
    expect(await untilOver(timeoutUs, contextOf(app))).toEqual({});
    expect(app.target.state().replicas.filter(({ phase }) => phase === 'exited')).toHaveLength(3);
  });
});
