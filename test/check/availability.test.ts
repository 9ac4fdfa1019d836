import { describe, expect, test } from 'vitest';
import type { DeploymentPromise, Event, EventKind } from '../../record/event.ts';
import { availability } from '../../runner/check/availability.ts';
import { event, facts, judge, unwatched } from './run.ts';

const promise = (rest: Partial<DeploymentPromise> = {}): DeploymentPromise => ({
  replicas: 3,
  maxSurge: 1,
  maxUnavailable: 1,
  strategy: 'RollingUpdate',
  ...rest,
});
const of = (kind: EventKind, pod: string, at: number | [number, number]) => event(kind, pod, at, { owner: 'app' });
const promised = (
  kind: 'scaled' | 'rollout-started',
  at: number | [number, number],
  rest: Partial<DeploymentPromise> = {},
) => event(kind, 'app', at, { promise: promise(rest) });
const up = (pod: string, at: number) => [of('created', pod, at - 200), of('ready', pod, at)];
const deployed = (rest: Partial<DeploymentPromise> = {}) => [
  promised('scaled', -2000, rest),
  ...['a', 'b', 'c'].flatMap((pod) => up(pod, -1000)),
];
const say = (...events: Event[][]) => judge(availability, {}, facts({ events: events.flat() }), []);

describe('availability', () => {
  test('passes a rolling update that keeps its promise', () => {
    const finding = say(
      deployed(),
      [
        promised('rollout-started', 1000),
        of('terminating', 'a', 1001),
        of('created', 'd', 1002),
        of('created', 'e', 1003),
      ],
      [of('ready', 'd', 2000), of('terminating', 'b', 2001), of('created', 'f', 2002)],
      [of('ready', 'e', 3000), of('terminating', 'c', 3001), of('ready', 'f', 4000)],
      ['a', 'b', 'c'].map((pod) => of('exited', pod, 6000)),
    );
    expect(finding).toMatchObject({
      verdict: 'pass',
      message: 'app always had 2 or more replicas ready and never more than 4 in all, as promised.',
    });
  });

  test('fails when one too many is down, for how long and since when', () => {
    const finding = say(deployed(), [of('terminating', 'a', 1000), of('unready', 'b', 2000), of('ready', 'b', 2500)]);
    expect(finding).toMatchObject({
      verdict: 'fail',
      message: 'app had only 1 ready replica for 500 ms from 2.000 s on, where at least 2 of 3 were promised.',
      actual: { breaches: [{ kind: 'fewer', bound: 2, number: 1, fromMs: 2000, toMs: 2500 }] },
    });
  });

  test('fails when more are there than may be; those on their way out do not count', () => {
    const surge = [...up('d', 1500), of('created', 'e', 1600)];
    expect(say(deployed(), surge)).toMatchObject({
      verdict: 'fail',
      message: 'app had 5 replicas for 8.4 s from 1.600 s on, where at most 4 were allowed.',
    });
    expect(say(deployed(), [of('terminating', 'a', 1000)], surge).verdict).toBe('pass');
  });

  test('a container that ends takes its replica with it before the platform says unready', () => {
    expect(
      say(deployed({ maxUnavailable: 0 }), [of('exited', 'a', 1000), of('unready', 'a', 1700), of('ready', 'a', 3000)]),
    ).toMatchObject({
      verdict: 'fail',
      actual: { breaches: [{ fromMs: 1000, toMs: 3000, number: 2, bound: 3 }] },
    });
  });

  test('a replica that is on its way out is not ready, whatever its probe says', () => {
    expect(say(deployed({ maxUnavailable: 0 }), [of('terminating', 'a', 1000), of('ready', 'a', 1100)])).toMatchObject({
      verdict: 'fail',
      actual: { breaches: [{ fromMs: 1000, toMs: 10_000 }] },
    });
  });

  test('judges only what is certain: an event may have come late, or early', () => {
    const unsure = [
      of('terminating', 'a', [1000, 2000]),
      of('unready', 'b', [1500, 2500]),
      of('ready', 'd', [1200, 2600]),
    ];
    expect(say(deployed(), [of('created', 'd', 900)], unsure).verdict).toBe('pass');
    const surely = [
      of('terminating', 'a', [1000, 2000]),
      of('unready', 'b', [1500, 2500]),
      of('ready', 'd', [2700, 3000]),
    ];
    expect(say(deployed(), [of('created', 'd', 900)], surely)).toMatchObject({
      verdict: 'fail',
      actual: { breaches: [{ fromMs: 2500, toMs: 2700 }] },
    });
  });

  test('what is known twice, once late, is known', () => {
    expect(
      say(deployed({ maxUnavailable: 0 }), [of('exited', 'a', 1000), of('unready', 'a', [900, 3000])]),
    ).toMatchObject({
      actual: { breaches: [{ fromMs: 1000 }] },
    });
  });

  test('that there were too many must be certain as well', () => {
    const comes = [of('created', 'd', 900), of('created', 'e', [1000, 2000])];
    expect(say(deployed(), comes, [of('terminating', 'a', [900, 2500])]).verdict).toBe('pass');
    expect(say(deployed(), comes, [of('terminating', 'a', [2300, 2500])])).toMatchObject({
      actual: { breaches: [{ kind: 'more', number: 5, fromMs: 2000, toMs: 2300 }] },
    });
  });

  test('nobody promised anything before the first replicas were up', () => {
    expect(
      say([promised('scaled', 100), ...['a', 'b', 'c'].flatMap((pod, i) => up(pod, 1000 + i * 100))]).verdict,
    ).toBe('pass');
  });

  test('a scale-up promises more only once it is kept, a scale-down at once', () => {
    const upTo5 = [promised('scaled', 2000, { replicas: 5 }), ...up('d', 3000), ...up('e', 3500)];
    expect(say(deployed(), upTo5).verdict).toBe('pass');
    expect(say(deployed(), upTo5, [of('unready', 'a', 5000), of('unready', 'b', 5000)])).toMatchObject({
      verdict: 'fail',
      actual: { breaches: [{ number: 3, bound: 4 }] },
    });
    const downTo1 = [
      promised('scaled', 2000, { replicas: 1 }),
      of('terminating', 'a', 2100),
      of('terminating', 'b', 2200),
    ];
    expect(say(deployed(), downTo1).verdict).toBe('pass');
  });

  test('Recreate promises no replica in between, but never both versions at once', () => {
    const gone = ['a', 'b', 'c'].map((pod) => of('terminating', pod, 1000));
    expect(say(deployed({ strategy: 'Recreate' }), gone, up('d', 3000)).verdict).toBe('pass');
    expect(say(deployed({ strategy: 'Recreate' }), up('d', 3000)).verdict).toBe('fail');
  });

  test('draws no conclusion from the time in which the platform was not watched', () => {
    const down = [of('terminating', 'a', 1000), of('unready', 'b', 2000), of('ready', 'b', 2500)];
    const blind = (from: number, to: number) => [
      event('blind', 'cluster', [from, to], { subject: { kind: 'run', name: 'cluster' } }),
    ];
    expect(say(deployed(), down, blind(1900, 2600))).toMatchObject({
      verdict: 'inconclusive',
      message: 'The promise was kept as far as could be seen, but for 700 ms the platform could not be watched.',
    });
    expect(say(deployed(), down, blind(2100, 2600))).toMatchObject({
      verdict: 'fail',
      actual: { breaches: [{ fromMs: 2000, toMs: 2100 }] },
    });
    expect(say(deployed(), down, blind(-10, 10_000)).verdict).toBe('inconclusive');
  });

  describe('while the platform was not watched', () => {
    const blind = (name: string, reason: string) => unwatched(name, [3000, 4000], reason);

    test('a dip may not have been seen', () => {
      expect(say(deployed(), [blind('pods', 'Reconciled')]).verdict).toBe('inconclusive');
      expect(say(deployed(), [blind('pods', 'Ended')]).verdict).toBe('inconclusive');
    });

    test('nothing is missed by a watch that goes on where it was cut off', () => {
      expect(say(deployed(), [blind('pods', 'Resumed')]).verdict).toBe('pass');
      const one = [of('terminating', 'a', [2900, 4000])];
      expect(say(deployed(), one, [blind('pods', 'Resumed')]).verdict).toBe('pass');
    });

    test('but when it happened is not known', () => {
      const two = [of('unready', 'a', [2900, 4000]), of('ready', 'a', [2900, 4000]), of('terminating', 'b', 2000)];
      expect(say(deployed(), two, [blind('pods', 'Resumed')]).verdict).toBe('inconclusive');
      expect(say(deployed(), two).verdict).toBe('pass');
    });

    test('no dip is inferred', () => {
      const found = [
        of('unready', 'a', [2900, 4000]),
        of('unready', 'b', [2900, 4000]),
        of('ready', 'b', [4000, 4100]),
      ];
      expect(say(deployed(), found, [blind('pods', 'Reconciled')]).verdict).toBe('inconclusive');
    });

    test('what nobody watched does not matter where it tells nothing of replicas', () => {
      expect(say(deployed(), [blind('nodes', 'Reconciled')]).verdict).toBe('pass');
    });
  });

  test('each Deployment for itself', () => {
    const other = deployed().map((one) => ({
      ...one,
      subject: { ...one.subject, name: one.subject.name === 'app' ? 'green' : `green-${one.subject.name}` },
      ...(one.owner === undefined ? {} : { owner: 'green' }),
    }));
    expect(say(deployed(), other, [of('unready', 'a', 1000), of('unready', 'b', 1000)])).toMatchObject({
      verdict: 'fail',
      message: expect.stringMatching(/^app had only 1 ready replica/),
    });
  });

  test('does not apply where no replica is seen; is inconclusive where no promise is', () => {
    expect(say([]).verdict).toBe('not-applicable');
    expect(say(up('a', -1000)).verdict).toBe('inconclusive');
  });

  test('where somebody deletes replicas by hand nothing is promised but that there are never more', () => {
    const byHand = { strategy: 'OnDelete', maxSurge: 0, maxUnavailable: 3 } as const;
    const deleted = ['a', 'b', 'c'].map((pod) => of('terminating', pod, 1000));
    expect(say(deployed(byHand), deleted)).toMatchObject({ verdict: 'pass' });
    expect(say(deployed(byHand), up('d', 1500))).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('where at most 3 were allowed'),
    });
  });

  test('what a blue-green Rollout keeps meanwhile is not known, and not guessed', () => {
    const unknown = { strategy: 'Unknown', maxSurge: 3, maxUnavailable: 3 } as const;
    const events = deployed(unknown).map((one) => ({
      ...one,
      ...(one.kind === 'scaled' && { subject: { kind: 'rollout' as const, name: 'app' } }),
    }));
    expect(say(events, [of('terminating', 'a', 1000)])).toMatchObject({
      verdict: 'inconclusive',
      message: 'app promises no number of replicas while it is updated: the steps of its rollout decide.',
    });
  });

  test('replicas that come back under the name of those before them are others', () => {
    const promise = { maxSurge: 0, maxUnavailable: 1 };
    const turn = (from: string, to: string, at: number) => [
      of('terminating', from, at),
      of('exited', from, at + 300),
      of('gone', from, at + 310),
      of('created', to, at + 350),
      of('ready', to, at + 900),
    ];
    const finding = say(deployed(promise), turn('c', 'c#2', 1000), turn('b', 'b#2', 2000), turn('a', 'a#2', 3000));
    expect(finding).toMatchObject({
      verdict: 'pass',
      message: 'app always had 2 or more replicas ready and never more than 3 in all, as promised.',
    });
  });
});
