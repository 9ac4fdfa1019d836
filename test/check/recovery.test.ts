import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Event, EventKind } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import { recovery } from '../../runner/check/recovery.ts';
import { attempt, event, every, facts, judge, lane, step } from './run.ts';

const of = (kind: EventKind, pod: string, at: number) => event(kind, pod, at, { owner: 'app' });
const three = ['a', 'b', 'c'].flatMap((pod) => [
  of('created', pod, -2000),
  of('ready', pod, -1000),
  event('route-added', pod, -900),
]);
const steps = [step('hold', 0, 2000), step('kill', 2000, 4500), step('hold', 4500, 10_000)];
const died = [of('exited', 'a', 2010), of('unready', 'a', 2500), event('route-removed', 'a', 2900)];
const back = [of('restarted', 'a', 3000), of('ready', 'a', 3500), event('route-added', 'a', 4000)];
const say = (events: Event[], attempts: Attempt[] = every(10, 900), ms?: number, run: Partial<RunFacts> = { steps }) =>
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
    const after = every(10, 100, () => ({}), 5000);
    expect(say([...died, ...back], [...failures, ...after], 2500)).toMatchObject({
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

  test('a step that began before it had surely died is what it died of', () => {
    const run = { steps: [step('hold', 0, 2000), step('step', 2000, 6000), step('hold', 6000, 10_000)] };
    const exit = event('exited', 'a', [1600, 2600], { owner: 'app' });
    const lost = [attempt({ at: 2400, outcome: 'reset' }), ...every(10, 100, () => ({}), 5000)];
    expect(say([exit, ...died.slice(1), ...back], lost, undefined, run)).toMatchObject({
      actual: { incidents: [{ failures: 1 }] },
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

  test('of several deaths it says what all of them lost', () => {
    const second = [of('exited', 'b', 2020), of('unready', 'b', 2600), of('ready', 'b', 4200)];
    const lost = [2030, 2400].map((at) => attempt({ at, outcome: 'reset' }));
    const { message } = say([...died, ...second, ...back], [...lost, ...every(10, 100, () => ({}), 5000)]);
    expect(message).toMatch(
      /ready again after 2\.2 s; 60 s .*worst of 2 such deaths; 2 requests failed after all of them\.\)$/,
    );
  });

  test('a kill of which nothing was seen, or not watched, is inconclusive', () => {
    expect(say([]).verdict).toBe('inconclusive');
    const blind = event('blind', 'cluster', [2500, 3900], { subject: { kind: 'run', name: 'cluster' } });
    expect(say([...died, ...back, blind], [], 1000).verdict).toBe('inconclusive');
    expect(say([...died, ...back, blind], [], 3000).verdict).toBe('pass');
  });

  test('fails only where it surely took too long', () => {
    // Nobody killed it: by its node's clock it ended between 2,010 and 4,010 ms.
    const unknown = { steps: [step('hold', 0, 10_000)] };
    const ended = event('exited', 'a', [2010, 4010], { owner: 'app' });
    const again = [of('restarted', 'a', 5000), of('ready', 'a', 5500), event('route-added', 'a', 6000)];
    const took = (ms: number) => say([ended, of('unready', 'a', 4500), ...again], [], ms, unknown).verdict;
    expect(took(1400)).toBe('fail');
    expect(took(1600)).toBe('inconclusive');
    expect(took(3500)).toBe('pass');
  });

  test('one whose exit is told in whole seconds, which begin before its signal, served until then', () => {
    const coarse = [
      event('killed', 'a', [2610, 2615], { owner: 'app' }),
      event('exited', 'a', [1860, 3360], { owner: 'app' }),
      event('unready', 'a', [3110, 3360], { owner: 'app' }),
      event('route-removed', 'a', [3110, 3380]),
    ];
    const again = [event('restarted', 'a', [1860, 4000], { owner: 'app' }), ...back.slice(1)];
    expect(say([...coarse, ...again])).toMatchObject({
      verdict: 'pass',
      actual: { incidents: [{ replicas: 3, readyAfterMs: 1390 }] },
    });
    // Two of three are not as many as before.
    expect(say(coarse, [], 5000).verdict).toBe('fail');
  });

  test('is not over within a time in which the platform was not watched', () => {
    const unseen = event('blind', 'pods', [3400, 5000], {
      subject: { kind: 'watch', name: 'pods' },
      reason: 'Reconciled',
    });
    expect(say([...died, ...back, unseen])).toMatchObject({ actual: { incidents: [{ readyAfterMs: 3000 }] } });
  });

  describe('after the last failure of a lane', () => {
    const lost = attempt({ at: 2100, outcome: 'reset' });
    const good = (number: number, of = 'visitors') => every(10, number, () => ({ lane: of }), 2200);
    const whole = [...died, ...back];

    test('takes 35 good answers to say that failures stopped', () => {
      expect(say(whole, [lost, ...good(35)]).verdict).toBe('pass');
      expect(say(whole, [lost, ...good(34)])).toMatchObject({
        verdict: 'inconclusive',
        message: expect.stringMatching(/only 34 good answers came after the last failure on lane visitors/),
        hint: expect.stringContaining('hold'),
      });
    });

    test('a replica that is ready and answers 500 to the end has not recovered', () => {
      const third = every(5, 1600, (index, at) =>
        at > 2000 && index % 3 === 0 ? { outcome: 'status', status: 500 } : {},
      );
      expect(say(whole, third).verdict).toBe('inconclusive');
      expect(say(whole, third, 5000).verdict).toBe('fail');
    });

    test('each lane for itself', () => {
      const run = { steps, lanes: [lane('visitors'), lane('guests')] };
      const both = [lost, attempt({ at: 2100, outcome: 'reset', lane: 'guests' }), ...good(500)];
      expect(say(whole, both, undefined, run).verdict).toBe('inconclusive');
      expect(say(whole, [...both, ...good(35, 'guests')], undefined, run).verdict).toBe('pass');
      expect(
        judge(recovery, {}, facts({ events: [...three, ...whole], ...run }), both, { lane: 'visitors' }).verdict,
      ).toBe('pass');
    });

    test('what a later rollout mended was not mended before it', () => {
      const run = { steps: [...steps.slice(0, 2), step('rollout', 4600, 9000)] };
      const late = every(10, 300, () => ({}), 5000);
      expect(say(whole, [lost, ...late], undefined, run).verdict).toBe('inconclusive');
    });

    test('one that was never answered is a failure, but for those that an interruption cut off', () => {
      const unanswered = [...good(500), attempt({ at: 9990, outcome: 'unanswered' })];
      expect(say(whole, unanswered)).toMatchObject({
        verdict: 'inconclusive',
        actual: { incidents: [{ failures: 1 }] },
      });
      expect(say(whole, unanswered, undefined, { steps, complete: false }).verdict).toBe('pass');
    });
  });

  describe('of one that drains', () => {
    const draining = [
      of('killed', 'a', 2005),
      of('unready', 'a', 2300),
      event('route-removed', 'a', 2350),
      of('exited', 'a', 3000),
      of('restarted', 'a', 3100),
      of('ready', 'a', 3500),
      event('route-added', 'a', 3600),
    ];

    test('unready before it exits: a death all the same, from the signal', () => {
      expect(say(draining)).toMatchObject({
        verdict: 'pass',
        actual: { incidents: [{ pod: 'a', atMs: 2005, replicas: 3, readyAfterMs: 1595 }] },
      });
      expect(say(draining, [], 1500).verdict).toBe('fail');
    });

    test('a failed liveness probe counts from its signal', () => {
      const signalled = [of('signalled', 'a', 2005), ...draining.slice(1)];
      const calm = { steps: [step('hold', 0, 10_000)] };
      expect(say(signalled, [], undefined, calm)).toMatchObject({
        actual: { incidents: [{ atMs: 2005, replicas: 3, readyAfterMs: 1595 }] },
      });
    });

    test('what crashes again before it is ready is the same death', () => {
      const again = [...draining.slice(0, 5), of('exited', 'a', 3200), ...draining.slice(5)];
      expect((say(again).actual as { incidents: unknown[] }).incidents).toHaveLength(1);
    });
  });
});
