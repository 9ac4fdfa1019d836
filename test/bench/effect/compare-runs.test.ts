import { describe, expect, test } from 'vitest';
import type { Result } from '../../../record/result.ts';
import { compareRuns } from '../../../runner/bench/effect/compare-runs.ts';
import { fixtures } from '../../reports/fixtures.ts';

const compare = (baseline: Result, candidate: Result) =>
  compareRuns({ name: 'before', result: baseline }, { name: 'after', result: candidate }, 0.02);
/** The same scenario, on the same machine. */
const like = (result: Result, other: Result): Result => ({ ...result, scenario: other.scenario });

describe('two kept runs', () => {
  const pass = fixtures.healthy();
  const fail = like(fixtures.failing(), pass);
  const open = like(fixtures.inconclusive(), pass);

  test.each([
    ['pass', 'pass', pass, pass, 'same'],
    ['pass', 'fail', pass, fail, 'worse'],
    ['fail', 'pass', fail, pass, 'better'],
    ['fail', 'fail', fail, fail, 'cannot tell'],
    ['pass', 'inconclusive', pass, open, 'cannot tell'],
    ['inconclusive', 'pass', open, pass, 'cannot tell'],
  ] as const)('%s and %s', (before, after, baseline, candidate, verdict) => {
    const effect = compare(baseline, candidate);
    expect(effect.verdict).toBe(verdict);
    expect(effect.failures.verdict).toBe(verdict);
    expect(effect.reasons[0]).toContain(`The baseline's verdict is ${before}, the candidate's ${after}`);
  });

  test('what failed is said, and counted on its side', () => {
    const effect = compare(pass, fail);
    expect(effect.reasons[0]).toContain(fail.reasons[0]);
    expect(effect.baseline.failed).toBe(0);
    const lost = fail.traffic.reduce((sum, lane) => sum + lane.failed + lane.unanswered, 0);
    expect(effect.candidate.failed).toBe(lost);
    expect(lost).toBeGreaterThan(0);
  });

  test('latency is shown by lane and by step, and never decides', () => {
    const { measures } = compare(pass, pass);
    expect(measures.map(({ name, of }) => `${name} ${of}`)).toEqual(
      expect.arrayContaining([
        ...pass.traffic.map(({ lane }) => `p99 lane ${lane}`),
        ...pass.steps.map(({ name }, index) => `p50 step ${index + 1}. ${name}`),
      ]),
    );
    expect(measures.some(({ decides }) => decides)).toBe(false);
    expect(measures.every(({ baseline, candidate }) => baseline === candidate)).toBe(true);
  });

  test.each<[string, Result, RegExp]>([
    [
      'of another scenario',
      { ...pass, scenario: { ...pass.scenario, name: 'other' } },
      /scenario: rolling-update and other\./,
    ],
    ['on another target', { ...pass, target: { ...pass.target, kind: 'docker' } }, /target: .* and docker\./],
    ['on another machine', { ...pass, environment: { ...pass.environment, cpu: 'another' } }, /cpu: .* and another\./],
    ['with another lane', { ...pass, traffic: pass.traffic.slice(1) }, /lanes: /],
    ['that was cut short', { ...pass, complete: false }, /The candidate was cut short\./],
  ])('are told apart no further when one is %s', (_, candidate, why) => {
    const { verdict, reasons, toConclude } = compare(pass, candidate);
    expect(verdict).toBe('cannot tell');
    expect(reasons[0]).toMatch(why);
    expect(toConclude).toEqual(['make both runs on the same machine and target']);
  });
});
