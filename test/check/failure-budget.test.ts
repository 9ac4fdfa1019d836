import { expect, test } from 'vitest';
import { type FailureBudgetOptions, failureBudget } from '../../runner/check/failure-budget.ts';
import { event, every, facts, judge } from './run.ts';

/** 2,000 requests, of which so many failed. */
const withLost = (lost: number) =>
  every(5, 2000, (i) => (i % 100 === 7 && i / 100 < lost ? { outcome: 'refused' } : {}));
const verdictOf = (options: FailureBudgetOptions, lost: number) =>
  judge(failureBudget, options, facts(), withLost(lost)).verdict;

test('as many as the budget allows may fail, and not one more', () => {
  expect([2, 3, 4].map((lost) => verdictOf({ failures: 3 }, lost))).toEqual(['pass', 'pass', 'fail']);
  expect([1, 2, 3].map((lost) => verdictOf({ percent: 0.1 }, lost))).toEqual(['pass', 'pass', 'fail']);
  expect(verdictOf({ failures: 0 }, 1)).toBe('fail');
  expect(verdictOf({ failures: 3, percent: 0.1 }, 3)).toBe('fail');
});

test('it says how many failed and how many are allowed', () => {
  const { message } = judge(failureBudget, { failures: 3 }, facts(), withLost(2));
  expect(message).toBe('2 of 2,000 requests did not get a good answer, within the 3 that are allowed.');
  const fail = judge(failureBudget, { failures: 3 }, facts(), withLost(4));
  expect(fail.message).toContain('4 of 2,000 requests did not get a good answer, 3 are allowed: 4 refused.');
});

test('what could not be seen is in doubt, however large the budget', () => {
  const blind = facts({ events: [event('blind', 'visitors', [1000, 1100])] });
  expect(judge(failureBudget, { failures: 1000 }, blind, withLost(0))).toMatchObject({
    verdict: 'inconclusive',
    hint: expect.any(String),
  });
  expect(judge(failureBudget, { failures: 1000 }, facts(), []).verdict).toBe('inconclusive');
});

test('a request without an answer counts, and one that an interruption left does not', () => {
  const open = every(5, 2000, (i) => (i === 1000 ? { outcome: 'unanswered' } : {}));
  expect(judge(failureBudget, { failures: 0 }, facts(), open).verdict).toBe('fail');
  expect(judge(failureBudget, { failures: 1 }, facts(), open).verdict).toBe('pass');
  expect(judge(failureBudget, { failures: 0 }, facts({ complete: false }), open).verdict).toBe('inconclusive');
});

test('without a budget it has nothing to say', () => {
  expect(verdictOf({}, 5)).toBe('not-applicable');
});
