import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { type RunAssertion, runAssertionCheck } from '../../runner/scenario/run-assertion.ts';
import type { RunView } from '../../runner/scenario/run-view.ts';
import { attempt, facts, judge, lane, step } from '../check/run.ts';

const run = facts({
  lanes: [lane('visitors', 'session'), lane('curls')],
  steps: [
    step('hold', 0, 1000, { index: 1, name: 'hold 1s' }),
    step('rollout', 1000, 3000, { index: 2, name: 'rollout' }),
    step('hold', 3000, 4000, { index: 3, name: 'hold 1s' }),
  ],
});
const rows = [
  attempt({ at: 100, version: 'v1', replica: 'a', lane: 'curls' }),
  attempt({ at: 200, version: 'v1', replica: 'a', lane: 'curls', connectionUse: 2 }),
  attempt({ at: 990, took: 30, version: 'v1', replica: 'b', lane: 'curls' }),
  attempt({ at: 1500, outcome: 'refused', lane: 'curls' }),
  attempt({ at: 1600, outcome: 'status', status: 503, version: 'v2', lane: 'curls' }),
  attempt({ at: 1700, outcome: 'unsent', lane: 'curls' }),
  attempt({ at: 3500, id: 's', session: 's', version: 'v2', replica: 'c', path: '/' }),
  attempt({ at: 3600, id: 's.1', session: 's', version: 'v2', replica: 'c', path: '/a.js' }),
];

function findingOf(assertRun: RunAssertion, attempts: readonly Attempt[] = rows, of: string | null = null) {
  return judge(runAssertionCheck('own', assertRun), {}, run, attempts, { lane: of, batchSize: 2 });
}

function seen<T>(look: (view: RunView) => T): T {
  let value: T | undefined;
  findingOf((view) => {
    value = look(view);
  });
  return value as T;
}

describe('what an assertion sees of a run', () => {
  test('counts the whole run, a lane, a step, and both', () => {
    expect(seen((view) => view.tally())).toMatchObject({ sent: 7, ok: 5, failed: 2, unanswered: 0 });
    expect(seen((view) => view.tally({ lane: 'visitors' }))).toMatchObject({ sent: 2, ok: 2, failed: 0 });
    expect(seen((view) => view.tally({ step: 'rollout' }))).toMatchObject({ sent: 2, failed: 2 });
    expect(seen((view) => [...view.tally({ step: 2 }).byOutcome])).toEqual([
      ['refused', 1],
      ['status', 1],
    ]);
    expect(seen((view) => view.tally({ lane: 'curls', step: 3 }))).toMatchObject({ sent: 0 });
  });

  test('leaves out of a step what was under way when it ended', () => {
    expect(seen((view) => view.tally({ step: 1 }).sent)).toBe(2);
    expect(seen((view) => view.tally({ step: 2 }).byVersion.get('v1'))).toBeUndefined();
    expect(seen((view) => view.tally().byVersion.get('v1')?.answers)).toBe(3);
  });

  test('counts a version by its answers, and by the connections that chose it', () => {
    const v1 = seen((view) => view.tally({ step: 1 }).byVersion.get('v1'));
    expect(v1).toMatchObject({ answers: 2, connections: 1 });
    expect((v1?.lastEndUs ?? 0) - (v1?.firstSentUs ?? 0)).toBe(101_000);
    expect(seen((view) => [...view.tally().byReplica])).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 2],
    ]);
  });

  test('has the answers of each visitor, in order', () => {
    expect(
      seen((view) => view.visits.map(({ session, answers }) => [session, answers.map(({ path }) => path)])),
    ).toEqual([['s', ['/', '/a.js']]]);
  });
});

describe('an assertion about a run', () => {
  test.each([
    ['nothing', () => {}],
    ['true', () => true],
  ])('holds where it returns %s', (_, assertRun) => {
    expect(findingOf(assertRun).verdict).toBe('pass');
  });

  test.each<[string, RunAssertion, string]>([
    ['false', () => false, 'the assertion returned false'],
    ['a text', () => 'too few', 'too few'],
    ['a promise', (async () => true) as unknown as RunAssertion, 'the assertion returned an object that is no finding'],
    [
      'a lane that there is not',
      (view) => {
        view.tally({ lane: 'curlz' });
      },
      'there is no lane curlz',
    ],
    [
      'a step that did not come',
      (view) => {
        view.tally({ step: 'undo' });
      },
      'the run came to no step undo',
    ],
    [
      'a name of several steps',
      (view) => {
        view.tally({ step: 'hold 1s' });
      },
      'there are several steps "hold 1s": say which by its place, from 0',
    ],
  ])('does not hold where it ends with %s', (_, assertRun, message) => {
    expect(findingOf(assertRun)).toMatchObject({ verdict: 'fail', message });
  });

  test('says more in a finding of its own', () => {
    const own = { verdict: 'inconclusive', message: 'two are too few', hint: 'send more', actual: 2 } as const;
    expect(findingOf(() => own)).toEqual({ expected: 'holds for the run', ...own });
  });

  test('sees one lane where it was asked for one', () => {
    expect(findingOf((view) => view.tally().sent === 2 || 'others', rows, 'visitors').verdict).toBe('pass');
  });
});
