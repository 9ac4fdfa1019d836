import { expect, test } from 'vitest';
import type { Seen } from './run-scenario.ts';
import { isAsExpected, table } from './table.ts';

const passed: Seen = {
  scenario: 'rolling-update',
  target: 'local',
  exitCode: 0,
  verdict: 'pass',
  reason: '',
  planned: 4000,
  failed: 0,
  losses: { 'no connection': 0, 'broken in flight': 0, 'bad answer': 0 },
  seconds: 21.4,
  inconclusiveBefore: null,
};

test('the printed update has to fail, all others have to pass', () => {
  expect(isAsExpected(passed)).toBe(true);
  expect(isAsExpected({ ...passed, exitCode: 4 })).toBe(false);
  expect(isAsExpected({ ...passed, scenario: 'rolling-update-as-printed' })).toBe(false);
  expect(isAsExpected({ ...passed, scenario: 'rolling-update-as-printed', exitCode: 1 })).toBe(true);
});

test('targets of a scenario stand below each other, with the shares of what was lost', () => {
  const other = { ...passed, scenario: 'rollback' };
  const lossy = {
    ...passed,
    target: 'docker',
    failed: 41,
    losses: { ...passed.losses, 'no connection': 40, 'bad answer': 1 },
  };
  expect(table([passed, other, lossy]).split('\n').slice(2, 5)).toEqual([
    '| rolling-update | local | pass | 4,000 | 0 | 0 | 0 | 0 | 21 s |',
    '| rolling-update | docker | pass | 4,000 | 41 | 1.00 % | 0 | 0.025 % | 21 s |',
    '| rollback | local | pass | 4,000 | 0 | 0 | 0 | 0 | 21 s |',
  ]);
});

test('a second try and an unexpected end are told', () => {
  const again = table([{ ...passed, inconclusiveBefore: 'nothing was sent\nfor 80 ms' }]);
  expect(again).toContain('pass (second try)');
  expect(again).toContain('- rolling-update on local was inconclusive at first: nothing was sent for 80 ms');
  const failed = table([{ ...passed, exitCode: 1, verdict: 'fail', reason: '3 requests failed' }]);
  expect(failed).toContain('fail (not as expected)');
  expect(failed).toContain('- rolling-update on local ended with 1, not 0: 3 requests failed');
});
