import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { counters } from '../../runner/check/counters.ts';
import { NumberSet } from '../../runner/check/number-set.ts';
import { type AttemptAt, attempt, event, facts, judge, random, unwatched } from './run.ts';

const answer = (counter: number, rest: Partial<AttemptAt> = {}): Attempt =>
  attempt({ at: counter, replica: 'ada', replicaSource: 'answer', pod: 'pod-1', counter, ...rest });
const oneTo = (last: number, rest: Partial<AttemptAt> = {}) =>
  Array.from({ length: last }, (_, i) => answer(i + 1, rest));
const lost = (at: number, rest: Partial<AttemptAt> = {}) => attempt({ at, outcome: 'reset', pod: 'pod-1', ...rest });
const but = (attempts: Attempt[], ...numbers: number[]) =>
  attempts.filter(({ counter }) => !numbers.includes(counter as number));

describe('counters', () => {
  test('passes counters that come in any order', () => {
    const next = random(4);
    const shuffled = oneTo(1000).map((one) => ({ ...one, endUs: one.endUs + Math.floor(next() * 20_000) }));
    expect(judge(counters, {}, facts(), shuffled)).toMatchObject({
      verdict: 'pass',
      message: '1 replica counted 1,000 answers without gap or repeat.',
    });
  });

  test('begins where the first answer is: others may have asked before', () => {
    expect(judge(counters, { gaps: 'fail' }, facts(), oneTo(100).slice(40)).verdict).toBe('pass');
  });

  test('a number given twice fails', () => {
    const finding = judge(counters, {}, facts(), [...oneTo(100), answer(42, { at: 300 })]);
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toBe('ada gave 1 number twice (ada: 42), as if it had forgotten what it counted.');
  });

  test('the same numbers of two replicas are no repeat', () => {
    expect(judge(counters, {}, facts(), [...oneTo(50), ...oneTo(50, { replica: 'bob', pod: 'pod-2' })]).verdict).toBe(
      'pass',
    );
  });

  test('the second pod of a name counts anew, and so does a restarted one that calls itself by its name', () => {
    const named = (pod: string, at: number) => oneTo(50, { replica: 'db-0', pod }).map((one) => ({ ...one, at }));
    const successor = [...named('db-0', 0), ...named('db-0#2', 1000)];
    expect(judge(counters, {}, facts(), successor)).toMatchObject({
      verdict: 'pass',
      message: '2 replicas counted 100 answers without gap or repeat.',
    });
    const again = [...named('db-0', 0), ...named('db-0', 1000)];
    expect(judge(counters, {}, facts(), again).verdict).toBe('fail');
    const restarted = facts({ events: [event('restarted', 'db-0', 500)] });
    expect(judge(counters, {}, restarted, again).verdict).not.toBe('fail');
  });

  test('a gap warns, as somebody else may have asked, and fails where nobody does', () => {
    const gap = but(oneTo(100), 50, 51);
    expect(judge(counters, {}, facts(), gap)).toMatchObject({
      verdict: 'warn',
      message:
        'Replicas counted 2 requests more than this run sent them (most on ada): somebody else sent requests, or something repeated ours.',
    });
    expect(judge(counters, { gaps: 'fail' }, facts(), gap).verdict).toBe('fail');
  });

  test.each([
    ['a reset on that pod', lost(50, {})],
    [
      'an unanswered request to that replica',
      attempt({ at: 50, outcome: 'unanswered', replica: 'ada', replicaSource: 'connection' }),
    ],
    ['a failure of which nobody knows where it went', lost(50, { pod: null })],
    ['a good answer of that replica without a number', answer(0, { at: 50, counter: null })],
  ])('explains a gap of one by %s', (_, cause) => {
    expect(judge(counters, { gaps: 'fail' }, facts(), [...but(oneTo(100), 50), cause]).verdict).toBe('pass');
    expect(judge(counters, { gaps: 'fail' }, facts(), [...but(oneTo(100), 50, 51), cause]).verdict).toBe('fail');
  });

  test.each([
    ['a refused connection', lost(50, { outcome: 'refused' })],
    ['a connection that was never made', lost(50, { outcome: 'timeout', phase: 'connect' })],
    ['what the ledger says was not handled', lost(50, { handled: 'no' })],
    ['what this machine did not send', lost(50, { outcome: 'unsent' })],
    ['a failure on another replica', lost(50, { pod: 'pod-2' })],
  ])('does not explain it by %s', (_, cause) => {
    expect(judge(counters, { gaps: 'fail' }, facts(), [...but(oneTo(100), 50), cause]).verdict).toBe('fail');
  });

  test('thousands of answers of a version that does not count explain nothing', () => {
    const old = Array.from({ length: 2000 }, (_, i) =>
      attempt({ at: i, replica: 'eve', replicaSource: 'answer', pod: 'pod-0' }),
    );
    expect(judge(counters, { gaps: 'fail' }, facts(), [...old, ...but(oneTo(100), 50)]).verdict).toBe('fail');
  });

  test('a container that starts again under a new name counts anew; under the pod name alone it is not judged', () => {
    const restarted = facts({ events: [event('restarted', 'pod-1', 200)] });
    const again = oneTo(50, { replica: 'ann' });
    expect(judge(counters, {}, restarted, [...oneTo(100), ...again]).verdict).toBe('pass');
    const byPod = [...oneTo(100), ...again].map((one) => ({
      ...one,
      replica: 'pod-1',
      replicaSource: 'connection' as const,
    }));
    expect(judge(counters, {}, restarted, byPod).verdict).toBe('inconclusive');
    expect(judge(counters, {}, facts(), byPod).verdict).toBe('fail');
    const unseen = facts({ events: [unwatched('pods', [200, 300])] });
    expect(judge(counters, {}, unseen, byPod).verdict).toBe('inconclusive');
    expect(judge(counters, {}, unseen, [...oneTo(100), ...oneTo(100)]).verdict).toBe('fail');
  });

  test('numbers that are no counters mean nothing', () => {
    const next = random(9);
    const noise = Array.from({ length: 120_000 }, (_, at) => answer(Math.floor(next() * 1e12) * 2, { at: at / 100 }));
    expect(judge(counters, {}, facts(), noise, { batchSize: 10_000 }).verdict).toBe('inconclusive');
  });

  test('without any it is inconclusive, and does not apply where nobody says where to look', () => {
    expect(judge(counters, {}, facts(), oneTo(9, { counter: null })).verdict).toBe('inconclusive');
    expect(judge(counters, {}, facts({ identity: {} }), oneTo(9)).verdict).toBe('not-applicable');
  });
});

describe('a set of numbers', () => {
  test('knows what a set knows, whatever comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 1 }), (numbers) => {
        const set = new NumberSet();
        const truth = new Set<number>();
        for (const number of numbers) {
          expect(set.add(number)).toBe(!truth.has(number));
          truth.add(number);
        }
        const [least, most] = [Math.min(...truth), Math.max(...truth)];
        expect([set.smallest, set.largest]).toEqual([least, most]);
        expect(set.missing).toBe(most - least + 1 - truth.size);
        const missing = set.gaps(99).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        expect(missing).toEqual(
          Array.from({ length: most - least + 1 }, (_, i) => least + i).filter((one) => !truth.has(one)),
        );
      }),
    );
  });

  test('takes one interval for a million numbers in a row', () => {
    const set = new NumberSet();
    for (let number = 0; number < 1_000_000; number++) set.add(number ^ 1);
    expect(set.intervals).toBe(1);
  });
});
