import { describe, expect, test } from 'vitest';
import type { Attempt, Outcome } from '../../record/attempt.ts';
import { judgeLane } from '../../runner/check/new-failures.ts';
import { noNewFailures } from '../../runner/check/no-new-failures.ts';
import { attempt, event, every, facts, judge, lane, random, step, us } from './run.ts';

/** Ten seconds, then a command that changes something, to the end after a minute and ten seconds. */
const changeMs = 10_000;
const endMs = 70_000;
const run = facts({
  trafficToUs: us(endMs),
  steps: [step('hold', 0, changeMs), step('run', changeMs, 40_000), step('hold', 40_000, endMs)],
});
const status503 = { outcome: 'status', status: 503, phase: 'validate' } as const;

/** One request each 5 ms; those at these times fail. */
function requests(failAtMs: readonly number[], how: Partial<Attempt> = status503, everyMs = 5): Attempt[] {
  const failing = new Set(failAtMs);
  return every(everyMs, endMs / everyMs, (_, at) => (failing.has(at) ? how : {}));
}
const spread = (number: number, fromMs: number, toMs: number, everyMs = 5) =>
  Array.from(
    { length: number },
    (_, i) => everyMs * Math.round((fromMs + ((i + 0.5) * (toMs - fromMs)) / number) / everyMs),
  );
const strict = { clean: 'fail' } as const;

describe('no-new-failures', () => {
  test('passes a service that fails as little after the change as before it', () => {
    const finding = judge(
      noNewFailures,
      strict,
      run,
      requests([...spread(2, 0, 10_000), ...spread(12, 10_000, endMs)]),
    );
    expect(finding).toMatchObject({
      verdict: 'pass',
      message:
        'Lane visitors lost 12 of 12,000 requests after the first change, and 2 of 2,000 before it: no more than chance explains.',
      actual: { lanes: [{ rule: 'no-new-failures', before: { sent: 2000, failed: 2 }, after: { failed: 12 } }] },
    });
  });

  test('fails where many more failed than before', () => {
    const finding = judge(noNewFailures, {}, run, requests([...spread(3, 0, 10_000), ...spread(150, 10_000, endMs)]));
    expect(finding.verdict).toBe('fail');
  });

  test('one failure before the change licenses no thirty after it', () => {
    const at20 = (failAt: number[], options = strict) =>
      judge(noNewFailures, options, run, requests(failAt, status503, 50));
    // In bursts, as terminations lose them.
    const bursts = [20_000, 25_000, 30_000].flatMap((at) => Array.from({ length: 10 }, (_, i) => at + 50 * i));
    expect(at20([5000, ...bursts]).verdict).toBe('fail');
    // Spread evenly they may have been there all along: then nobody knows.
    const even = at20([5000, ...spread(30, 10_000, endMs, 50)]);
    expect(even).toMatchObject({ verdict: 'inconclusive', hint: expect.stringContaining('longer') });
    // One more is what one before it makes likely.
    expect(at20([5000, 33_000]).verdict).toBe('pass');
  });

  test('a few lost in a row are a doubt where single failures are ordinary', () => {
    const finding = judge(noNewFailures, strict, run, requests([5000, 30_000, 30_005, 30_010]));
    expect(finding).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('3 of them within 100 ms'),
    });
  });

  test('a kind of failure that was not there before is new, however few', () => {
    const ordinary = requests([...spread(2, 0, 10_000), ...spread(12, 10_000, endMs)]);
    const refused = attempt({ at: 20_001, outcome: 'refused' });
    expect(judge(noNewFailures, strict, run, [...ordinary, refused])).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('not accepted had not been seen before'),
    });
    expect(judge(noNewFailures, {}, run, [...ordinary, refused]).verdict).toBe('inconclusive');
  });

  test('a kind that rises is found among others that do not', () => {
    const many503 = [...spread(100, 0, 10_000), ...spread(600, 10_000, endMs)];
    const resets = [5, ...Array.from({ length: 150 }, (_, i) => 12_003 + 350 * i)].map((at) =>
      attempt({ at, outcome: 'reset' }),
    );
    expect(judge(noNewFailures, {}, run, [...requests(many503), ...resets]).verdict).toBe('fail');
    expect(judge(noNewFailures, {}, run, requests(many503)).verdict).toBe('pass');
  });

  describe('a lane that lost nothing before', () => {
    test('is held to zero-failed where that is asked for', () => {
      const finding = judge(noNewFailures, strict, run, requests([30_000]));
      expect(finding).toMatchObject({
        verdict: 'fail',
        message: '1 of 14,000 requests on lane visitors did not get a good answer: 1 bad status.',
        actual: { lanes: [{ rule: 'zero-failed' }] },
      });
    });

    test('is inconclusive by default: the baseline may have been too short', () => {
      expect(judge(noNewFailures, {}, run, requests([30_000]))).toMatchObject({ verdict: 'inconclusive' });
    });

    test('is named beside another that lost something: one of them alone would say half', () => {
      const two = { ...run, lanes: [lane('visitors'), lane('regulars', 'kept')] };
      const refused = { outcome: 'refused', status: null, phase: 'connect' } as const;
      const regulars = every(50, 1400, (_, at) => ({ lane: 'regulars', ...(at === 20_000 ? refused : {}) }));
      const { verdict, message } = judge(noNewFailures, strict, two, [...requests([30_000], refused), ...regulars]);
      expect(verdict).toBe('fail');
      expect(message).toBe(
        '1 of 14,000 requests on lane visitors did not get a good answer: 1 refused. 1 of 1,400 requests on lane regulars did not get a good answer: 1 refused.',
      );
    });

    test('excuses no other lane', () => {
      const two = { ...run, lanes: [lane('visitors'), lane('regulars', 'kept')] };
      const regulars = every(50, 1400, (_, at) => ({ lane: 'regulars', ...(at === 5000 ? status503 : {}) }));
      const visitors = (at: number[]) => requests(at);
      expect(judge(noNewFailures, strict, two, [...regulars, ...visitors([])]).verdict).toBe('pass');
      expect(judge(noNewFailures, strict, two, [...regulars, ...visitors([30_000])]).verdict).toBe('fail');
    });
  });

  describe('the baseline', () => {
    test('ends where a replica is told to go, though no step of ours did it', () => {
      const earlier = { ...run, events: [event('terminating', 'pod-a', 3000), event('exited', 'pod-a', 4000)] };
      // The same five failures are before the change in one, and by it in the other.
      const failing = requests(spread(5, 3000, 4000));
      expect(judge(noNewFailures, strict, run, failing).verdict).toBe('pass');
      expect(judge(noNewFailures, strict, earlier, failing).verdict).toBe('fail');
    });

    test('begins where an earlier rollout was waited for, and what was lost until then excuses nothing', () => {
      const waited = facts({
        trafficToUs: us(endMs),
        steps: [step('wait', 0, 4000), step('hold', 4000, changeMs), step('run', changeMs, endMs)],
        events: [event('terminating', 'pod-a', -100), event('exited', 'pod-a', 1000)],
      });
      const ordinary = requests([...spread(2, 4000, 10_000), ...spread(12, 10_000, endMs)]);
      expect(judge(noNewFailures, strict, waited, ordinary).verdict).toBe('pass');
      const early = attempt({ at: 2000, outcome: 'reset' });
      expect(judge(noNewFailures, strict, waited, [...ordinary, early]).verdict).toBe('fail');
      // Without the wait the baseline lies in a termination, and there is none.
      const unwaited = { ...waited, steps: waited.steps.slice(1) };
      expect(judge(noNewFailures, strict, unwaited, ordinary).verdict).toBe('fail');
    });

    test('does not hold what was under way when the change began', () => {
      const underWay = attempt({ at: 9990, took: 500, outcome: 'reset' });
      expect(judge(noNewFailures, strict, run, [...requests([]), underWay]).verdict).toBe('fail');
    });

    test('in which most failed says nothing of the change', () => {
      const down = every(5, 14_000, () => status503);
      expect(judge(noNewFailures, strict, run, down)).toMatchObject({ verdict: 'inconclusive' });
    });

    test('in which a burst came makes later bursts a doubt, not a pass', () => {
      const burst = (at: number, number: number) => Array.from({ length: number }, (_, i) => at + 5 * i);
      const failing = requests([...burst(5000, 30), ...burst(20_000, 10), ...burst(30_000, 10)]);
      expect(judge(noNewFailures, strict, run, failing).verdict).toBe('inconclusive');
    });
  });

  test('requests that this machine or its resolver did not let out are no failures, and a doubt', () => {
    const stalled = (_: number, at: number) =>
      at >= 20_000 && at < 25_000
        ? { outcome: 'timeout' as Outcome, phase: 'resolve' as const, detail: 'not within 5000 ms' }
        : {};
    const ordinary = requests([5000]);
    expect(judge(noNewFailures, strict, run, every(5, 14_000, stalled)).verdict).toBe('inconclusive');
    expect(judge(noNewFailures, strict, run, [...ordinary, ...every(50, 1400, stalled)]).verdict).toBe('inconclusive');
  });

  test('never fails in 20,000 runs in which each request fails with the same chance, and seldom doubts', () => {
    const next = random(7);
    const verdicts = { pass: 0, inconclusive: 0, fail: 0 };
    for (let trial = 0; trial < 20_000; trial++) {
      // 0.1 % of 6,000 requests of which 2,000 come before the change, up to 5 %.
      const failed = poisson([6, 20, 60, 300][trial % 4] as number, next);
      const times = Array.from({ length: failed }, () => next() * 30e6).sort((a, b) => a - b);
      const failures = times.map((sentUs) => ({ kind: 'status 5xx' as const, sentUs }));
      const record = {
        before: { sent: 2000, lengthUs: 10e6, failures: failures.filter(({ sentUs }) => sentUs < 10e6) },
        after: { sent: 4000, lengthUs: 20e6, failures: failures.filter(({ sentUs }) => sentUs >= 10e6) },
      };
      // Without one before the change zero-failed decides.
      if (record.before.failures.length > 0)
        verdicts[judgeLane('visitors', record, { lanes: 2, clean: 'fail' }).verdict]++;
    }
    expect(verdicts.fail).toBe(0);
    expect(verdicts.inconclusive / verdicts.pass).toBeLessThan(0.03);
  });
});

/** Knuth's way, for small means. */
function poisson(mean: number, next: () => number): number {
  let number = 0;
  let product = next();
  while (product > Math.exp(-mean)) {
    product *= next();
    number++;
  }
  return number;
}
