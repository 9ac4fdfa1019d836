import { describe, expect, test } from 'vitest';
import { latency } from '../../runner/check/latency.ts';
import { attempt, every, facts, judge, random, step } from './run.ts';

/** 1 to 1,000 ms, each once, in no order. */
const ramp = () => {
  const next = random(2);
  const order = Array.from({ length: 1000 }, (_, i) => i + 1).sort(() => next() - 0.5);
  return every(5, 1000, (index) => ({ took: order[index] as number }));
};

describe('latency', () => {
  test('informs without bounds, exact to 1 %', () => {
    const finding = judge(latency, {}, facts(), ramp());
    expect(finding.verdict).toBe('not-applicable');
    const { overall } = finding.actual as { overall: Record<string, number> };
    for (const [name, truth] of Object.entries({ p50: 500, p90: 900, p95: 950, p99: 990 })) {
      expect(overall[name]).toBeGreaterThanOrEqual(truth - 1e-6);
      expect(overall[name]).toBeLessThanOrEqual(truth * 1.0101);
    }
    expect(overall.max).toBe(1000);
  });

  test.each([
    ['p50', 500],
    ['p90', 900],
    ['p95', 950],
    ['p99', 990],
    ['max', 1000],
  ] as const)('judges %s exactly, not by the histogram', (name, truth) => {
    expect(judge(latency, { [name]: truth }, facts(), ramp()).verdict).toBe('pass');
    expect(judge(latency, { [name]: truth - 0.001 }, facts(), ramp()).verdict).toBe('fail');
  });

  test('a sender that was late itself blames nobody, unless it was late by little of what it measured', () => {
    const late = (ms: number) =>
      every(5, 1000, () => ({ took: 300 })).map((one) => ({ ...one, intendedUs: one.readyUs - ms * 1000 }));
    const judged = (ms: number, bound = 200) => judge(latency, { p99: bound }, facts(), late(ms));
    expect(judged(0).verdict).toBe('fail');
    expect(judged(25).verdict).toBe('fail');
    expect(judged(60)).toMatchObject({ verdict: 'inconclusive', hint: expect.stringMatching(/lower rate/) });
    expect(judged(60).message).toMatch(
      /p99 of the whole run was 300 ms, above 200 ms, and the sender itself was up to 60 ms late/,
    );
    // It only makes answers look slower.
    expect(judged(60, 400).verdict).toBe('pass');
  });

  test('a step that is slow fails though the whole run is not', () => {
    const run = facts({ steps: [step('hold', 0, 9000), step('rollout', 9000, 9500)] });
    const attempts = every(1, 9500, (_, at) => ({ took: at < 9450 ? 1 : 80 }));
    const finding = judge(latency, { p99: 50 }, run, attempts);
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toMatch(/^Answers were too slow: p99 of "rollout" was 80 ms, above 50 ms\.$/);
    expect(judge(latency, { p99: 50 }, facts(), attempts).verdict).toBe('pass');
  });

  test('waiting for a connection counts, and so does our own answer in time', () => {
    const waited = { ...attempt({ at: 500, took: 5 }), readyUs: 50_000_000 };
    expect(judge(latency, { max: 504 }, facts(), [waited]).verdict).toBe('fail');
  });

  test('failed requests are not fast answers', () => {
    const attempts = every(1, 1000, (index) => (index < 900 ? { outcome: 'refused', took: 0.1 } : { took: 100 }));
    expect(judge(latency, { p50: 50 }, facts(), attempts).verdict).toBe('fail');
  });

  test('too few answers for a percentile are inconclusive, but a broken bound is one', () => {
    expect(judge(latency, { p99: 50 }, facts(), every(1, 99)).verdict).toBe('inconclusive');
    expect(judge(latency, { p99: 50 }, facts(), every(1, 100)).verdict).toBe('pass');
    expect(
      judge(
        latency,
        { p99: 50, max: 50 },
        facts(),
        every(1, 99, () => ({ took: 60 })),
      ).verdict,
    ).toBe('fail');
    expect(judge(latency, { p99: 50 }, facts(), []).verdict).toBe('inconclusive');
    const slow = (number: number) => every(1, 99, (index) => ({ took: index < number ? 60 : 1 }));
    expect(judge(latency, { p99: 50 }, facts(), slow(1)).verdict).toBe('inconclusive');
    expect(judge(latency, { p99: 50 }, facts(), slow(60)).verdict).toBe('fail');
    expect(judge(latency, {}, facts(), []).verdict).toBe('not-applicable');
  });

  test.each(['timeout', 'unanswered'] as const)('%s is slower than every bound, not left out', (outcome) => {
    const some = (number: number) => every(1, 1000, (index) => (index < number ? { outcome, took: 10 } : { took: 1 }));
    expect(judge(latency, { p99: 50 }, facts(), some(10)).verdict).toBe('pass');
    const finding = judge(latency, { p99: 50 }, facts(), some(11));
    expect(finding).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('more than 1 % of the whole run never got an answer, above 50 ms'),
      actual: { answers: 989, withoutAnswer: 11, overall: { p50: expect.closeTo(1, 1), p99: null, max: null } },
    });
    expect(judge(latency, { max: 50 }, facts(), some(1)).verdict).toBe('fail');
    expect(
      judge(
        latency,
        { p99: 50 },
        facts(),
        every(1, 1000, () => ({ outcome })),
      ).verdict,
    ).toBe('fail');
    expect(judge(latency, {}, facts(), some(11))).toMatchObject({
      verdict: 'not-applicable',
      actual: { answers: 989, overall: { max: 1 } },
    });
  });

  test('what an interruption cut off was not slow', () => {
    const cut = [...every(1, 1000), attempt({ at: 999, outcome: 'unanswered' })];
    expect(judge(latency, { max: 50 }, facts({ complete: false }), cut).verdict).toBe('pass');
  });
});
