import { expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import { attempt, every, us } from '../check/run.ts';
import { judged } from '../judge/judged.ts';
import { going, kept, run } from './deployment.ts';

const causesOf = (facts: RunFacts, attempts: readonly Attempt[]) =>
  judged(facts, attempts).causes.map(({ id, failures }) => [id, failures]);

/** Closes its kept connections at SIGTERM, and ends 1.5 s later. */
const closing = going('pod-1', { exited: 2500, exit: { exitCode: 0 } });
/** Sent as its connection was closed. */
const justSent = (rest: Partial<Attempt> = {}) => kept(1002, { took: 0.2, outcome: 'closed', ...rest });
const calm = every(10, 300, (index) => ({ lane: 'regulars', connection: 1, connectionUse: index + 2, pod: 'pod-2' }));

test('kept connections that an app closes as it is told to go', () => {
  const result = judged(run(closing), [...calm, justSent(), justSent({ outcome: 'reset', connection: 9001 })]);
  expect(result.causes).toEqual([
    {
      id: 'kept-connections-cut',
      failures: 2,
      replicas: ['pod-1'],
      steps: ['hold'],
      evidence: [
        '1 replica (pod-1) ended with exit code 0, within 1.5 s of SIGTERM.',
        '2 requests on kept connections to them ended without an answer, within 2.2 ms of SIGTERM.',
      ],
      excluded: ['Connections that are cut at all times: 0 of 300 requests on kept connections were cut elsewhere.'],
      fix: { summary: expect.stringContaining('`Connection: close`') },
    },
  ]);
  expect(result.unexplained).toBe(0);
});

test('a race of an idle connection is one of them; so is what was in hand and cut at once', () => {
  expect(causesOf(run(closing), [justSent({ outcome: 'stale-race' })])).toEqual([['kept-connections-cut', 1]]);
  expect(causesOf(run(closing), [kept(950, { took: 60, outcome: 'closed' })])).toEqual([['kept-connections-cut', 1]]);
});

test('where no answer says whose the connection was its other answers do', () => {
  const known = kept(500, { connectionUse: 4 });
  expect(causesOf(run(closing), [known, justSent({ pod: null })])).toEqual([['kept-connections-cut', 1]]);
  expect(causesOf(run(closing), [justSent({ pod: null })])).toEqual([]);
  expect(causesOf(run(closing), [kept(500, { pod: 'pod-2' }), justSent({ pod: null })])).toEqual([]);
});

test('an app that ends at once with requests in hand', () => {
  const facts = run(going('pod-1', { exited: 1005, exit: { exitCode: 143, signal: 'SIGTERM' } }));
  const inHand = attempt({ at: 950, took: 53, pod: 'pod-1', outcome: 'reset' });
  const result = judged(facts, [inHand, justSent()]);
  expect(result.causes).toMatchObject([{ id: 'immediate-exit', failures: 2 }]);
  expect(result.unexplained).toBe(0);
});

test('each loss has one cause: what was closed at SIGTERM, and what was killed at the end', () => {
  const outlasting = kept(900, { took: 2110, outcome: 'reset', connection: 9002 });
  const refused = attempt({ at: 4000, outcome: 'refused' });
  const result = judged(run(going('pod-1')), [justSent(), outlasting, refused]);
  expect(result.causes.map(({ id, failures }) => [id, failures])).toEqual([
    ['grace-too-short', 1],
    ['kept-connections-cut', 1],
  ]);
  expect(result.unexplained).toBe(1);
});

test('a server that drops every third request is no server that ends badly', () => {
  const dropping = every(10, 600, (index) => ({
    lane: 'regulars',
    connection: index % 3,
    connectionUse: 2 + Math.floor(index / 3),
    pod: index % 2 === 0 ? 'pod-1' : 'pod-2',
    ...(index % 3 === 2 && { outcome: 'closed' as const }),
  })).filter(({ pod, sentUs }) => pod !== 'pod-1' || (sentUs as number) < us(2500));
  expect(causesOf(run(closing), dropping)).toEqual([]);
});

const crashed = { exit: { exitCode: 139, signal: 'SIGSEGV' }, exited: 1003 };
const unfit: [string, RunFacts, Attempt][] = [
  ['its connection was new', run(closing), justSent({ connectionUse: 1 })],
  [
    'it was cut before SIGTERM',
    run(going('pod-1', { sigterm: 1500, exited: 2500, exit: { exitCode: 0 } })),
    justSent(),
  ],
  ['it was long in hand, and cut at the end', run(closing), kept(950, { took: 1550, outcome: 'closed' })],
  ['its answer was cut short', run(closing), justSent({ outcome: 'truncated', phase: 'body' })],
  ['it was of another replica', run(closing), justSent({ pod: 'pod-2' })],
  ['the app crashed', run(going('pod-1', crashed)), justSent()],
  ['the app was killed by somebody', run(going('pod-1', { exited: 1003, killed: 'Requested' })), justSent()],
  ['its end was not told', run(going('pod-1', { exited: 1003, exit: {} })), justSent()],
  ['it was restarted, not told to go', run(closing.slice(1)), justSent()],
  ['a proxy stands between', run(closing, { target: { ...run([]).target, path: 'l7-proxy' } }), justSent()],
  [
    'a hook of unknown length came first',
    run(
      [closing[0], closing[2]].flatMap((one) => one ?? []),
      {
        target: {
          ...run([]).target,
          deployments: (run([]).target.deployments ?? []).map((one) => ({ ...one, preStop: true })),
        },
      },
    ),
    justSent(),
  ],
];

test.each(unfit)('no cause where %s', (_, facts, one) => {
  expect(causesOf(facts, [...calm, one])).toEqual([]);
});

test('nothing is claimed of a replica whose end was not seen', () => {
  const facts = run(closing.slice(0, 2), { trafficToUs: us(3000) });
  expect(causesOf(facts, [...calm, justSent(), kept(2900)])).toEqual([]);
});
