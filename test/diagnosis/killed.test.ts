import { expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Event } from '../../record/event.ts';
import type { DeploymentFacts, RunFacts } from '../../record/facts.ts';
import { attempt, event, lane, us } from '../check/run.ts';
import { judged } from '../judge/judged.ts';
import { going, kept, run, shop } from './deployment.ts';

const causesOf = (facts: RunFacts, attempts: readonly Attempt[]) =>
  judged(facts, attempts).causes.map(({ id, failures }) => [id, failures]);

/** Sent before SIGTERM, and cut at SIGKILL. */
const outlasting = (rest: Partial<Attempt> = {}) => kept(900, { took: 2110, outcome: 'reset', ...rest });
/** Sent after SIGTERM, and cut at SIGKILL. */
const short = (rest: Partial<Attempt> = {}) => kept(2950, { took: 60, outcome: 'reset', ...rest });
/** Answers on a connection after SIGTERM. */
const goesOn = [kept(1500, { connectionUse: 2 }), kept(2000, { connectionUse: 3 }), kept(2500, { connectionUse: 4 })];

test('a request that outlasts the grace: how long it has to be, as a patch', () => {
  const result = judged(run(going('pod-1', { killed: 'GracePeriodExceeded' })), [
    attempt({ at: 100, took: 2600 }),
    outlasting(),
  ]);
  expect(result.causes).toEqual([
    {
      id: 'grace-too-short',
      failures: 1,
      replicas: ['pod-1'],
      steps: ['hold'],
      evidence: [
        '1 replica (pod-1) had not ended when the grace of 2 s was over and got SIGKILL (exit code 137), within 2.01 s of being told to go.',
        '1 request to them was under way then, for 2.11 s.',
      ],
      excluded: ['Out of memory: no exit says so.', 'A kill by somebody else: each lived to the end of its grace.'],
      fix: {
        summary: expect.stringContaining('8 s for shop (the longest here took 2.6 s'),
        patch: '# Deployment shop\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 8\n',
      },
    },
  ]);
  expect(result.unexplained).toBe(0);
});

test('a replica that goes on as if nothing had been said, until it is killed', () => {
  const facts = run(going('pod-1'));
  expect(causesOf(facts, [...goesOn, short()])).toEqual([['keep-alive-not-drained', 1]]);
  const accepted = attempt({ at: 1600, pod: 'pod-1' });
  const result = judged(facts, [accepted, ...goesOn, short()]);
  expect(result.causes).toMatchObject([{ id: 'sigterm-ignored', failures: 1, fix: { summary: expect.any(String) } }]);
  expect(result.causes[0]?.evidence).toContain(
    'After SIGTERM up to 3 requests in a row were answered on one kept connection: no answer told its client to leave.',
  );
});

test('its replicas are alike, and those of another template are not', () => {
  const facts = run([...going('pod-1'), ...going('pod-2')]);
  const ofOther = short({ pod: 'pod-2', connection: 9001 });
  expect(causesOf(facts, [...goesOn, ofOther])).toEqual([['keep-alive-not-drained', 1]]);
  const other = going('pod-2').map((one) => ({ ...one, revision: 'r2' }));
  expect(causesOf(run([...going('pod-1'), ...other]), [...goesOn, ofOther])).toEqual([]);
});

test('a last answer on each connection is how an app ends: one that does and is killed has too little grace', () => {
  const lastAnswers = [kept(1010, { connection: 1 }), kept(1020, { connection: 2 }), kept(1500, { connection: 3 })];
  expect(causesOf(run(going('pod-1')), [...lastAnswers, outlasting(), short()])).toEqual([['grace-too-short', 2]]);
});

test('a hook that takes all of the grace', () => {
  const deployments: DeploymentFacts[] = [{ ...shop, preStop: true, preStopSeconds: 3 }];
  const facts = run(going('pod-1', { sigterm: 3000, exited: 5010 }));
  const result = judged({ ...facts, target: { ...facts.target, deployments } }, [
    kept(2000, { took: 3010, outcome: 'closed' }),
  ]);
  expect(result.causes).toMatchObject([{ id: 'prestop-too-long', failures: 1 }]);
  expect(result.causes[0]?.fix?.patch).toContain('terminationGracePeriodSeconds: 12');
  expect(result.hints?.map(({ id }) => id)).not.toContain('prestop-too-long');
});

/** Kubernetes tells of no signals, and of exits in whole seconds. */
const onKubernetes = (rest: Partial<Event> = {}, exited: [number, number] = [2500, 3500]) => [
  event('terminating', 'pod-1', [900, 1100], { owner: 'shop', revision: 'r1', ...rest }),
  event('exited', 'pod-1', exited, { owner: 'shop', revision: 'r1', exitCode: 137, reason: 'Error' }),
];

test('where no signal is told it follows from the hook when it came', () => {
  expect(causesOf(run(onKubernetes()), [outlasting()])).toEqual([['grace-too-short', 1]]);
});

test('an app that is killed got its signal as long before as its grace is, at the latest', () => {
  expect(causesOf(run(onKubernetes()), [...goesOn, short()])).toEqual([['keep-alive-not-drained', 1]]);
});

test('what may have been sent before the signal, or after it, shows neither', () => {
  expect(causesOf(run(onKubernetes({}, [2500, 4200])), [...goesOn, short()])).toEqual([]);
});

test('a readiness probe that was answered to the end came on new connections; one that failed found the door closed', () => {
  const deployments: DeploymentFacts[] = [{ ...shop, graceSeconds: 6, unreadySeconds: 4 }];
  const killedAt7 = onKubernetes({}, [6500, 7500]);
  const attempts = [...goesOn, short({ sentUs: us(6900), endUs: us(7050) })];
  const judgedWith = (...more: Event[]) => {
    const facts = run([...killedAt7, ...more]);
    return judged({ ...facts, target: { ...facts.target, deployments } }, attempts).causes[0];
  };
  const answered = judgedWith(event('unready', 'pod-1', [7300, 7500]));
  expect(answered?.id).toBe('sigterm-ignored');
  expect(answered?.evidence).toContain('Its readiness probe, on new connections, was answered to the end.');
  const closed = judgedWith(event('probe-failed', 'pod-1', [2000, 3000], { reason: 'readiness' }));
  expect(closed?.id).toBe('keep-alive-not-drained');
  expect(closed?.fix?.summary).not.toContain('got SIGTERM at all');
  deployments[0] = { ...shop, graceSeconds: 6, unreadySeconds: 40 };
  const unknown = judgedWith();
  expect(unknown?.id).toBe('keep-alive-not-drained');
  expect(unknown?.fix?.summary).toContain('Whether the app got SIGTERM at all does not show here');
});

test('how a replica was to end is its own matter, whatever its workload asks for by now', () => {
  const ending = { graceSeconds: 2, preStop: false };
  const deployments: DeploymentFacts[] = [{ ...shop, graceSeconds: 30 }];
  const killedBy = (told: Partial<Event>) => {
    const facts = run(onKubernetes(told));
    return judged({ ...facts, target: { ...facts.target, deployments } }, [outlasting()]).causes;
  };
  expect(killedBy({ ending })).toMatchObject([{ id: 'grace-too-short' }]);
  expect(killedBy({ ending })[0]?.evidence[0]).toContain('the grace of 2 s');
  expect(killedBy({})).toEqual([]);
});

test('after a hook of unknown length what was sent meanwhile shows nothing', () => {
  const deployments: DeploymentFacts[] = [{ ...shop, preStop: true }];
  const facts = run(onKubernetes());
  const hooked = { ...facts, target: { ...facts.target, deployments } };
  const early = [kept(1200, { connectionUse: 2 }), kept(1350, { connectionUse: 3 }), kept(1450, { connectionUse: 4 })];
  expect(causesOf(hooked, [...early, short()])).toEqual([]);
  expect(causesOf(hooked, [...goesOn, outlasting({ sentUs: kept(850).sentUs })])).toEqual([['grace-too-short', 1]]);
});

test('a hook that is a command which sleeps has taken as long, unless it failed or nothing is heard of it', () => {
  const ending = { graceSeconds: 4, preStop: true, preStopSeconds: 20, preStopByCommand: true };
  const owner = { owner: 'shop', revision: 'r1' };
  const facts = (...reports: Event[]) => run([...onKubernetes({ ending }, [6500, 7500]), ...reports]);
  const duringHook = kept(3500, { took: 3450, outcome: 'closed' });
  const stopping = event('stopping', 'pod-1', [800, 1100], owner);
  const { causes } = judged(facts(stopping), [duringHook]);
  expect(causes).toMatchObject([{ id: 'prestop-too-long', failures: 1 }]);
  expect(causes[0]?.fix?.patch).toContain('terminationGracePeriodSeconds: 29');
  const failed = event('prestop-failed', 'pod-1', [900, 1200], owner);
  expect(causesOf(facts(stopping, failed), [duringHook])).toEqual([]);
  expect(causesOf(facts(), [duringHook])).toEqual([]);
  // The kill ends the hook too, and a kubelet calls that a failure.
  const cutOff = event('prestop-failed', 'pod-1', [6500, 7300], owner);
  expect(causesOf(facts(stopping, cutOff), [duringHook])).toEqual([['prestop-too-long', 1]]);
});

test('a hook of any kind that fails as its container is killed has taken all of the grace', () => {
  const owner = { owner: 'shop', revision: 'r1' };
  const facts = (grace: number) => {
    const ending = { graceSeconds: grace, preStop: true };
    const cutOff = event('prestop-failed', 'pod-1', [6500, 7300], owner);
    return run([...onKubernetes({ ending }, [6500, 7500]), event('stopping', 'pod-1', [800, 1100], owner), cutOff]);
  };
  const duringHook = kept(4500, { took: 2450, outcome: 'closed' });
  const { causes } = judged(facts(4), [duringHook]);
  expect(causes).toMatchObject([{ id: 'prestop-too-long', failures: 1 }]);
  expect(causes[0]?.fix?.summary).toContain('the hook may take longer than the grace that it had');
  // It may have failed a little before.
  expect(causesOf(facts(6), [duringHook])).toEqual([['grace-too-short', 1]]);
});

test('a hook of which nobody knows how long it takes may need all of the grace, and more', () => {
  const ending = { graceSeconds: 2, preStop: true };
  const { causes } = judged(run(onKubernetes({ ending })), [outlasting({ sentUs: us(850) })]);
  expect(causes[0]?.fix?.patch).toContain('terminationGracePeriodSeconds: 10');
  expect(causes[0]?.fix?.summary).toContain('the hook may take longer than the grace that it had');
});

const target = run([]).target;
const unfit: [string, RunFacts, Attempt[]][] = [
  ['out of memory', run(going('pod-1', { exit: { exitCode: 137, reason: 'OOMKilled' } })), [outlasting()]],
  ['lost track of', run(going('pod-1', { exit: { exitCode: 137, reason: 'ContainerStatusUnknown' } })), [outlasting()]],
  ['killed on request', run(going('pod-1', { killed: 'Requested' })), [outlasting()]],
  [
    'killed before its grace was over',
    run(going('pod-1', { exited: 2500 })),
    [kept(900, { took: 1600, outcome: 'reset' })],
  ],
  ['killed without being told', run(going('pod-1').slice(2)), [outlasting()]],
  ['ended by itself', run(going('pod-1', { exit: { exitCode: 0 } })), [outlasting()]],
  ['another replica lost it', run(going('pod-1')), [outlasting({ pod: 'pod-2' })]],
  ['nobody knows which replica lost it', run(going('pod-1')), [outlasting({ pod: null })]],
  ['it was lost before', run(going('pod-1')), [kept(900, { took: 1000, outcome: 'reset' })]],
  ['it was refused', run(going('pod-1')), [outlasting({ outcome: 'refused', phase: 'connect' })]],
  ['it timed out', run(going('pod-1')), [outlasting({ outcome: 'timeout' })]],
  ['it came after SIGTERM, and nothing shows why it was taken', run(going('pod-1')), [short()]],
  ['a proxy answers in its place', run(going('pod-1'), { target: { ...target, path: 'l7-proxy' } }), [outlasting()]],
  ['the way there is not known', run(going('pod-1'), { target: { ...target, path: 'unknown' } }), [outlasting()]],
  ['the grace is not known', run(going('pod-1'), { target: { ...target, deployments: [] } }), [outlasting()]],
];

test.each(unfit)('no cause where %s', (_, facts, attempts) => {
  const result = judged(facts, attempts);
  expect(result.causes).toEqual([]);
  expect(result.unexplained).toBe(attempts.length);
});

test('what the control lane lost too is the way there, and has no cause in the app', () => {
  const lanes = [lane('regulars', 'kept'), { ...lane('control', 'kept'), role: 'control' as const }];
  const facts = run(going('pod-1'), { lanes });
  const control = attempt({ at: 900, took: 2111, lane: 'control', outcome: 'reset' });
  expect(causesOf(facts, [outlasting(), control])).toEqual([]);
  expect(causesOf(facts, [outlasting(), attempt({ at: 900, lane: 'control' })])).toEqual([['grace-too-short', 1]]);
});

test('a cause that is expected is met when it is found', () => {
  const expecting = (cause: string) =>
    judged(run(going('pod-1')), [outlasting()], { expectation: { verdict: 'fail', causes: [cause] } }).expectation?.met;
  expect(expecting('grace-too-short')).toBe(true);
  expect(expecting('sigterm-ignored')).toBe(false);
});

test('an outage has the cause that all of its losses have', () => {
  const good = attempt({ at: 10, lane: 'regulars' });
  const outagesOf = (...lost: Attempt[]) =>
    judged(run(going('pod-1')), [good, ...lost, attempt({ at: 5000, lane: 'regulars' })]).outages.map(
      (one) => one.cause,
    );
  expect(outagesOf(outlasting())).toEqual(['grace-too-short']);
  expect(outagesOf(outlasting(), attempt({ at: 950, lane: 'regulars', outcome: 'refused' }))).toEqual([null]);
});
