import { expect, test } from 'vitest';
import type { CheckLevel, Level } from '../../runner/judge/levels.ts';
import type { AskedCheck } from '../../runner/judge/planned-checks.ts';
import { event, every, facts } from '../check/run.ts';
import { judged } from './judged.ts';

const good = every(5, 2000);
const withOneLost = every(5, 2000, (i) => (i === 1000 ? { outcome: 'refused' } : {}));
const level = (check: string, level: Level): CheckLevel => ({ check, level, by: 'hitless.config.yml:3:5' });
const both = (one: Level) => [level('zero-failed', one), level('max-outage', one)];

test('a check that is off is not asked, and the result says so by name and place', () => {
  const result = judged(facts(), withOneLost, { levels: [level('zero-failed', 'off')] });
  expect(result.notJudged).toEqual([{ check: 'zero-failed', level: 'off', by: 'hitless.config.yml:3:5' }]);
  expect(result.checks.filter(({ name }) => name === 'zero-failed')).toMatchObject([
    {
      verdict: 'not-applicable',
      asked: false,
      level: 'off',
      message: 'Not judged: it is off (hitless.config.yml:3:5).',
    },
  ]);
  // The other one saw it.
  expect(result.verdict).toBe('fail');
  expect(result.reasons).toHaveLength(1);
});

test('a check that only warns is heard, and does not decide', () => {
  const result = judged(facts(), withOneLost, { levels: [level('zero-failed', 'warn'), level('max-outage', 'error')] });
  expect(result.checks.find(({ name }) => name === 'zero-failed')).toMatchObject({
    verdict: 'warn',
    asked: false,
    level: 'warn',
  });
  expect(result.notJudged).toEqual([{ check: 'zero-failed', level: 'warn', by: 'hitless.config.yml:3:5' }]);
});

test('one that only warns and cannot tell warns of that', () => {
  const blind = facts({ events: [event('blind', 'visitors', [1000, 1100])] });
  const result = judged(blind, good, { levels: [level('zero-failed', 'warn')] });
  expect(result.checks.find(({ name }) => name === 'zero-failed')).toMatchObject({ verdict: 'warn' });
});

test.each(['off', 'warn'] as const)('where each check is %s nothing is proved: never a pass', (one) => {
  const result = judged(facts(), good, { levels: both(one) });
  expect(result).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['No check decides: each that was asked for is off or only warns.'],
    toConclude: ['set the level of one check at least to error'],
  });
});

test('error makes a check decide that nobody asked for', () => {
  const silent = judged(facts(), good, { levels: [level('latency', 'error')] });
  expect(silent.checks.find(({ name }) => name === 'latency')).toMatchObject({ asked: true, verdict: 'inconclusive' });
  expect(silent.verdict).toBe('inconclusive');
  const asked: AskedCheck[] = [{ name: 'max-outage', options: { ms: 60_000 }, lane: null }];
  expect(judged(facts(), withOneLost, { asked }).verdict).toBe('pass');
  expect(judged(facts(), withOneLost, { asked, levels: [level('zero-failed', 'error')] }).verdict).toBe('fail');
});

test('a check of the scenario has its own options whatever its level', () => {
  const asked: AskedCheck[] = [
    { name: 'zero-failed', options: {}, lane: null },
    { name: 'max-outage', options: { ms: 60_000 }, lane: null },
  ];
  const { checks } = judged(facts(), withOneLost, { asked, levels: [level('max-outage', 'warn')] });
  expect(checks.filter(({ name }) => name === 'max-outage')).toMatchObject([{ verdict: 'pass', level: 'warn' }]);
});

test("a check of a scenario's own decides, whatever it is called", () => {
  const own: AskedCheck = {
    name: 'zero-failed',
    options: {},
    lane: null,
    check: {
      name: 'zero-failed',
      summary: '',
      options: {},
      falseAlarm: 0,
      fold: () => ({
        batch: () => {},
        done: () => ({ result: { verdict: 'fail', message: 'It broke.', expected: null, actual: null } }),
      }),
    },
  };
  const result = judged(facts(), good, { asked: [own], levels: [level('zero-failed', 'off')] });
  expect(result.verdict).toBe('fail');
  expect(result.notJudged).toBeUndefined();
});

test('without a level nothing is said of levels', () => {
  const result = judged(facts(), good);
  expect(result.notJudged).toBeUndefined();
  expect(result.checks.every((check) => check.level === undefined)).toBe(true);
});
