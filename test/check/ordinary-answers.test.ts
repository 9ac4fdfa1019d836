import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { maxOutage } from '../../runner/check/max-outage.ts';
import { noNewFailures } from '../../runner/check/no-new-failures.ts';
import { attempt, event, every, facts, judge, random, step, us } from './run.ts';

/** As verify does it by default: 20 a second, ten seconds before a command and forty after it began. */
const changeMs = 10_000;
const endMs = 50_000;
const steps = [step('hold', 0, changeMs), step('run', changeMs, 30_000), step('hold', 30_000, endMs)];
const run = facts({ trafficToUs: us(endMs), steps });
const strict = { clean: 'fail', ordinaryPercent: 0.2 } as const;
const status503 = { outcome: 'status', status: 503, phase: 'validate' } as const;

function requests(failAtMs: readonly number[], everyMs = 50): Attempt[] {
  const failing = new Set(failAtMs);
  return every(everyMs, endMs / everyMs, (_, at) => (failing.has(at) ? status503 : {}));
}
const verdictOf = (failAtMs: readonly number[], of = run) =>
  judge(noNewFailures, strict, of, requests(failAtMs)).verdict;

describe('bad answers that may be ordinary', () => {
  test('one that the baseline was too short to meet is no fail, and no pass', () => {
    expect(judge(noNewFailures, strict, run, requests([30_000]))).toMatchObject({
      verdict: 'inconclusive',
      message:
        'Lane visitors lost 1 of 800 requests after the first change, and 0 of 200 before it: so few bad answers, one by one, may be what the service always gives, and too little was sent before the change to tell.',
      hint: expect.stringContaining('longer'),
    });
    const outage = { failedBefore: 'leave', ordinaryPercent: 0.2 } as const;
    expect(judge(maxOutage, outage, run, requests([30_000])).verdict).toBe('pass');
    expect(judge(maxOutage, { failedBefore: 'leave' }, run, requests([30_000])).verdict).toBe('fail');
  });

  test('without the option nothing is excused', () => {
    expect(judge(noNewFailures, { clean: 'fail' }, run, requests([30_000])).verdict).toBe('fail');
  });

  test('a connection that was refused, or cut, is never ordinary', () => {
    for (const outcome of ['refused', 'reset', 'closed', 'timeout', 'truncated', 'invalid'] as const)
      expect(judge(noNewFailures, strict, run, [...requests([30_000]), attempt({ at: 40_001, outcome })]).verdict).toBe(
        'fail',
      );
  });

  test('more than such a share gives are new', () => {
    // Of 800, one in 500 is bad 8 times or more in 3 of 10,000 runs, and 9 times or more in 4 of 100,000.
    const spread = (number: number) => Array.from({ length: number }, (_, i) => changeMs + 2000 + i * 4000);
    expect(verdictOf(spread(8))).toBe('inconclusive');
    expect(verdictOf(spread(9))).toBe('fail');
  });

  test('a few together are what a rollout loses', () => {
    expect(verdictOf([30_000, 30_050])).toBe('inconclusive');
    expect(verdictOf([30_000, 30_050, 30_100, 30_150])).toBe('fail');
  });

  test('while replicas end, so many are no chance', () => {
    const ending = [15_000, 20_000, 25_000].flatMap((at, n) => [
      event('terminating', `pod-${n}`, at),
      event('gone', `pod-${n}`, at + 500),
    ]);
    const rollout = facts({ trafficToUs: us(endMs), steps, events: ending });
    const within = [15_000, 16_000, 20_000, 21_000, 25_000, 26_000];
    expect(verdictOf(within, rollout)).toBe('fail');
    expect(verdictOf(within.slice(0, 2), rollout)).toBe('inconclusive');
    expect(verdictOf(within)).toBe('inconclusive');
  });

  test('a long baseline leaves no doubt', () => {
    const long = facts({ trafficToUs: us(endMs), steps: [step('hold', 0, 45_000), step('run', 45_000, endMs)] });
    expect(verdictOf([46_000, 47_500, 48_500, 49_500], long)).toBe('fail');
    expect(verdictOf([46_000], long)).toBe('inconclusive');
  });

  test('a service of which one answer in a thousand is bad fails in none of 500 runs', () => {
    const next = random(7);
    const verdicts = new Map<string, number>();
    for (let n = 0; n < 500; n++) {
      const failing = Array.from({ length: 1000 }, (_, i) => i * 50).filter(() => next() < 0.001);
      const verdict = verdictOf(failing);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    expect(verdicts.get('fail') ?? 0).toBe(0);
    expect(verdicts.get('inconclusive')).toBeGreaterThan(150);
  });
});
