import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Event, EventKind } from '../../record/event.ts';
import { recovery } from '../../runner/check/recovery.ts';
import { attempt, event, every, facts, judge, step } from './run.ts';

const of = (kind: EventKind, pod: string, at: number) => event(kind, pod, at, { owner: 'app' });
const three = ['a', 'b', 'c'].flatMap((pod) => [
  of('created', pod, -2000),
  of('ready', pod, -1000),
  event('route-added', pod, -900),
]);
const steps = [step('hold', 0, 2000), step('kill', 2000, 4500), step('hold', 4500, 10_000)];
const died = [of('exited', 'a', 2010), of('unready', 'a', 2500), event('route-removed', 'a', 2900)];
const back = [of('restarted', 'a', 3000), of('ready', 'a', 3500), event('route-added', 'a', 4000)];
const say = (events: Event[], attempts: Attempt[] = every(10, 900), ms?: number, run = { steps }) =>
  judge(recovery, ms === undefined ? {} : { ms }, facts({ events: [...three, ...events], ...run }), attempts);

describe('recovery', () => {
  test('counts from the kill until as many as before are ready and routed again', () => {
    expect(say([...died, ...back])).toMatchObject({
      verdict: 'pass',
      message:
        'a died at 2.000 s: 3 replicas as before were ready again after 2 s, and no request failed; 60 s are allowed.',
      actual: { incidents: [{ pod: 'a', replicas: 3, readyAfterMs: 2000, lastFailureAfterMs: null }] },
    });
  });

  test('a replacement counts as well as a restart, and readiness alone where no routes are told', () => {
    const replaced = [...died, of('created', 'd', 2600), of('ready', 'd', 3600), event('route-added', 'd', 3700)];
    expect(say(replaced)).toMatchObject({ actual: { incidents: [{ readyAfterMs: 1700 }] } });
    const noRoutes = [...three, ...replaced].filter(({ kind }) => !kind.startsWith('route-'));
    expect(judge(recovery, {}, facts({ events: noRoutes, steps }), [])).toMatchObject({
      actual: { incidents: [{ readyAfterMs: 1600 }] },
    });
  });

  test('fails when it takes longer than allowed', () => {
    expect(say([...died, ...back], [], 1999).verdict).toBe('fail');
    expect(say([...died, ...back], [], 2000).verdict).toBe('pass');
  });

  test('tells of lost requests, and fails when they go on for too long', () => {
    const failures = [
      attempt({ at: 1000, outcome: 'reset' }),
      attempt({ at: 2011, outcome: 'reset' }),
      attempt({ at: 2400, outcome: 'refused' }),
    ];
    expect(say([...died, ...back], failures, 2500)).toMatchObject({
      verdict: 'pass',
      message: expect.stringContaining('2 requests failed, the last one after 401 ms;'),
    });
    expect(say([...died, ...back], [...failures, attempt({ at: 6000, outcome: 'refused' })], 2500).verdict).toBe(
      'fail',
    );
  });

  test('failures of a later rollout are not of the kill', () => {
    const run = { steps: [...steps.slice(0, 2), step('rollout', 5000, 9000)] };
    const late = [attempt({ at: 6000, outcome: 'refused' })];
    expect(say([...died, ...back], late, 2500, run)).toMatchObject({
      verdict: 'pass',
      actual: { incidents: [{ failures: 0 }] },
    });
  });

  test('never again fails after the time that is allowed, and is inconclusive when the run ended before', () => {
    expect(say(died, [], 8000)).toMatchObject({ verdict: 'inconclusive', hint: expect.any(String) });
    expect(say(died, [], 7999)).toMatchObject({
      verdict: 'fail',
      message:
        'a died at 2.000 s: 3 replicas as before were not ready again within the 8 s that were left, and no request failed; 8 s are allowed.',
    });
  });

  test('a crash that nobody ordered counts from itself', () => {
    expect(say([...died, ...back], [], undefined, { steps: [step('hold', 0, 10_000)] })).toMatchObject({
      actual: { incidents: [{ atMs: 2010, readyAfterMs: 1990 }] },
    });
  });

  test('what was told to go is no death; what crashes again before it is ready is the same one', () => {
    const gone = [of('terminating', 'a', 2000), of('exited', 'a', 2500)];
    expect(say(gone, [], undefined, { steps: [step('rollout', 0, 10_000)] }).verdict).toBe('not-applicable');
    const loop = [...died, of('restarted', 'a', 3000), of('exited', 'a', 3100), ...back.slice(1)];
    expect(say(loop)).toMatchObject({ actual: { incidents: [{ pod: 'a' }] } });
  });

  test('of two deaths the worse one speaks', () => {
    const second = [of('exited', 'b', 6000), of('unready', 'b', 6001), of('ready', 'b', 9500)];
    expect(say([...died, ...back, ...second])).toMatchObject({
      message: expect.stringMatching(/^b died at 6\.000 s: .* after 3\.5 s.*worst of 2/),
    });
  });

  test('a kill of which nothing was seen, or not watched, is inconclusive', () => {
    expect(say([]).verdict).toBe('inconclusive');
    const blind = event('blind', 'cluster', [2500, 3900], { subject: { kind: 'run', name: 'cluster' } });
    expect(say([...died, ...back, blind], [], 1000).verdict).toBe('inconclusive');
    expect(say([...died, ...back, blind], [], 3000).verdict).toBe('pass');
  });
});
