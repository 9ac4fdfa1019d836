import { expect, test } from 'vitest';
import { whereWasLost } from './losses.ts';

const failed = (
  outcome: 'refused' | 'unreachable' | 'timeout' | 'reset' | 'closed' | 'truncated' | 'status' | 'invalid',
) => ({
  outcome,
  phase: 'headers' as const,
  connectionUse: 1,
  firstByteUs: null,
});

test('what never got through to a replica had no connection', () => {
  expect(whereWasLost(failed('refused'))).toBe('no connection');
  expect(whereWasLost(failed('unreachable'))).toBe('no connection');
  expect(whereWasLost({ ...failed('timeout'), phase: 'connect' })).toBe('no connection');
  expect(whereWasLost(failed('reset'))).toBe('no connection');
});

test('what a replica had begun with was broken in flight', () => {
  expect(whereWasLost(failed('timeout'))).toBe('broken in flight');
  expect(whereWasLost({ ...failed('reset'), connectionUse: 2 })).toBe('broken in flight');
  expect(whereWasLost({ ...failed('closed'), firstByteUs: 10 })).toBe('broken in flight');
  expect(whereWasLost(failed('truncated'))).toBe('broken in flight');
});

test('an answer that came and was wrong is a bad one, and a good one is no loss', () => {
  expect(whereWasLost({ ...failed('status'), firstByteUs: 10 })).toBe('bad answer');
  expect(whereWasLost({ ...failed('invalid'), firstByteUs: 10 })).toBe('bad answer');
  for (const outcome of ['ok', 'unanswered', 'unsent'] as const)
    expect(whereWasLost({ ...failed('reset'), outcome })).toBeNull();
});
