import { expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import { attempt, event, every, us } from '../check/run.ts';
import { judged } from '../judge/judged.ts';
import { kept, run } from './deployment.ts';

/** Kubernetes tells of no signals, and of exits in whole seconds; pod-1 is killed at 3 s. */
const owner = { owner: 'shop', revision: 'r1' };
const leaving = (pod: string, told: number, exitCode = 137): Event[] => [
  event('terminating', pod, [told - 100, told + 100], owner),
  event('exited', pod, [told + 1500, told + 2600], { ...owner, exitCode, reason: 'Error' }),
];
const killed = leaving('pod-1', 1000);
/** Nobody says which replica it was: no answer has a name. */
const nameless = { pod: null, replica: null };
const calm = [
  ...every(10, 100, (index) => ({ lane: 'regulars', connection: 1, connectionUse: index + 2 })),
  ...every(10, 600, (index) => ({ lane: 'regulars', connection: 1, connectionUse: index + 200 }), 4000),
];
const outlasting = [
  kept(800, { took: 2210, outcome: 'closed', ...nameless }),
  attempt({ at: 850, took: 2161, outcome: 'closed' }),
];
const causesOf = (events: readonly Event[], attempts: readonly Attempt[], rest: Partial<RunFacts> = {}) =>
  judged(run(events, rest), attempts).causes.map(({ id, failures, replicas }) => [id, failures, replicas]);

test('where no answer has a name, what was cut as the one app ended was on it', () => {
  const result = judged(run(killed), [...calm, ...outlasting]);
  expect(result.causes).toMatchObject([{ id: 'grace-too-short', failures: 2, replicas: ['pod-1'] }]);
  expect(result.causes[0]?.evidence).toContain('No answer told on which replica they were: nothing else ended then.');
});

test('its connections tell what it did after SIGTERM', () => {
  const goesOn = [1800, 2100, 2500].map((at, index) => kept(at, { connectionUse: index + 2, ...nameless }));
  const short = kept(2950, { took: 60, outcome: 'reset', ...nameless });
  expect(causesOf(killed, [...calm, ...goesOn, short])).toEqual([['keep-alive-not-drained', 1, ['pod-1']]]);
});

test('what is known of some says nothing else of them', () => {
  const known = kept(900, { took: 2108, outcome: 'closed', connection: 9001 });
  const { causes } = judged(run(killed), [...calm, known, ...outlasting]);
  expect(causes).toMatchObject([{ id: 'grace-too-short', failures: 3 }]);
  expect(causes[0]?.evidence).toContain('No answer told on which replica 2 of them were: nothing else ended then.');
});

test('an app that closes its connections as it ends, of two that go at once', () => {
  const events = [...leaving('pod-1', 1000, 0), ...leaving('pod-2', 1300, 0)];
  const justSent = kept(1320, { took: 1, outcome: 'closed', ...nameless });
  expect(causesOf(events, [...calm, justSent])).toEqual([['kept-connections-cut', 1, ['pod-1']]]);
});

const ofOther = kept(800, { took: 2212, outcome: 'closed', connection: 77, pod: 'pod-9' });
const unfit: [string, readonly Event[], readonly Attempt[], Partial<RunFacts>?][] = [
  ['another replica crashed then', [...killed, event('exited', 'pod-9', 3100, { exitCode: 1 })], outlasting],
  [
    'another crashed then that was told to go later',
    [event('exited', 'pod-2', 3100, { ...owner, exitCode: 1 }), ...killed, ...leaving('pod-2', 5000)],
    outlasting,
  ],
  [
    'another was on its way out, and its end was not seen',
    [...killed, event('terminating', 'pod-9', 2000, owner)],
    outlasting,
  ],
  [
    'another app ended then',
    [...killed, ...leaving('pod-9', 1100).map((one) => ({ ...one, revision: 'r2' }))],
    outlasting,
  ],
  ['a replica that stayed was cut off at that moment too', killed, [ofOther, ...outlasting]],
  ['it was long before the end', killed, outlasting.map((one) => ({ ...one, endUs: us(1900) }))],
  ['a balancer accepts in its place', killed, outlasting, { target: { ...run([]).target, path: 'l4-proxy' } }],
  ['it ended by itself', leaving('pod-1', 1000, 0), outlasting],
];

test.each(unfit)('nothing is claimed by time where %s', (_, events, attempts, rest) => {
  expect(causesOf(events, [...calm, ...attempts], rest)).toEqual([]);
});

test('nor where connections are cut now and then, or where too little is known of other times', () => {
  const flaky = every(100, 100, (index) => ({
    lane: 'regulars',
    connection: 2,
    connectionUse: index + 2,
    outcome: 'closed',
  }));
  const { causes } = judged(run(killed), [...calm, ...flaky, ...outlasting]);
  expect(causes).toEqual([]);
  expect(causesOf(killed, [...calm.slice(0, 5), ...outlasting])).toEqual([]);
});
