import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureClasses, isFailed, outcomes } from '../../record/attempt.ts';
import { zeroFailed } from '../../runner/check/zero-failed.ts';
import { attempt, event, every, facts, judge, lane, step, unwatched } from './run.ts';

const good = () => every(5, 2000);
const stale = (at: number, pod: string | null = null) =>
  attempt({ at, outcome: 'stale-race', connectionUse: 7, lane: 'visitors', pod, idleUs: 2_000_000 });
const reused = (number: number) => every(2, number, () => ({ connectionUse: 2 }));

describe('zero-failed', () => {
  test('passes when every request got a good answer, and says how many', () => {
    const finding = judge(zeroFailed, {}, facts(), good());
    expect(finding).toMatchObject({ verdict: 'pass', message: 'All 2,000 requests got a good answer.' });
    expect(finding.actual).toMatchObject({ planned: 2000, sent: 2000, ok: 2000, failed: 0 });
  });

  test('fails on a single failure among thousands, and counts by class', () => {
    const finding = judge(zeroFailed, {}, facts(), [
      ...good(),
      attempt({ at: 3, outcome: 'refused' }),
      attempt({ at: 4, outcome: 'reset' }),
      attempt({ at: 5, outcome: 'refused' }),
    ]);
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toBe('3 of 2,003 requests did not get a good answer: 2 refused, 1 reset.');
  });

  test('any row that failed, and only that, makes it fail', () => {
    const outcome = fc.constantFrom(...outcomes.filter((one) => one !== 'stale-race' && one !== 'unsent'));
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 20, arbitrary: fc.constant('ok' as const) }, outcome), { minLength: 1 }),
        (all) => {
          const finding = judge(
            zeroFailed,
            {},
            facts(),
            all.map((one, at) => attempt({ at, outcome: one })),
            { batchSize: 7 },
          );
          const bad = all.some((one) => isFailed(one) || one === 'unanswered');
          expect(finding.verdict).toBe(bad ? 'fail' : 'pass');
        },
      ),
    );
  });

  test.each(failureClasses.filter((one) => one !== 'stale-race'))('%s fails, on a reused connection too', (outcome) => {
    const attempts = [...reused(5000), attempt({ at: 1, outcome, connectionUse: 3, idleUs: 5_000_000 })];
    expect(judge(zeroFailed, { stale: 'warn' }, facts(), attempts).verdict).toBe('fail');
  });

  test('judges the lane that it is asked about alone', () => {
    const run = facts({ lanes: [lane('visitors'), lane('regulars', 'kept')] });
    const attempts = [...good(), attempt({ at: 1 }), attempt({ at: 1, lane: 'regulars', outcome: 'reset' })];
    expect(judge(zeroFailed, {}, run, attempts, { lane: 'visitors' }).verdict).toBe('pass');
    expect(judge(zeroFailed, {}, run, attempts, { lane: 'regulars' }).verdict).toBe('fail');
    expect(judge(zeroFailed, {}, run, attempts).verdict).toBe('fail');
  });

  describe('without knowing', () => {
    test('nothing sent is inconclusive, never a pass', () => {
      expect(judge(zeroFailed, {}, facts(), [])).toMatchObject({ verdict: 'inconclusive', hint: expect.any(String) });
    });

    test('a lane that sent nothing is inconclusive though another did', () => {
      const run = facts({ lanes: [lane('visitors'), lane('regulars', 'kept')] });
      expect(judge(zeroFailed, {}, run, good())).toMatchObject({ verdict: 'inconclusive' });
      expect(judge(zeroFailed, {}, run, good(), { lane: 'visitors' }).verdict).toBe('pass');
    });

    test('unsent is not failed; a noticeable part of it is inconclusive', () => {
      const unsent = attempt({ at: 9, outcome: 'unsent' });
      expect(judge(zeroFailed, {}, facts(), [...good(), unsent]).verdict).toBe('pass');
      const many = Array.from({ length: 20 }, () => unsent);
      const finding = judge(zeroFailed, {}, facts(), [...good(), ...many]);
      expect(finding).toMatchObject({ verdict: 'inconclusive', actual: { unsent: 20, failed: 0, sent: 2000 } });
    });

    test('unsent counts against the lane that could not send, however much others did', () => {
      const run = facts({ lanes: [lane('visitors'), lane('regulars', 'kept')] });
      const regulars = every(5, 20, (index) => ({ lane: 'regulars', outcome: index < 2 ? 'unsent' : 'ok' }));
      expect(judge(zeroFailed, {}, run, [...every(1, 9000), ...regulars])).toMatchObject({
        verdict: 'inconclusive',
        message: expect.stringContaining('2 of 20 planned requests on lane regulars'),
      });
    });

    test.each([
      ['a flow', { flow: true }, 'overflow'],
      ['k6', { engine: 'k6' }, 'VUs'],
    ] as const)('what helps where requests of %s were not sent', (_, said, word) => {
      const run = facts({ lanes: [{ ...lane('visitors'), ...said }] });
      const attempts = [...good(), ...Array.from({ length: 20 }, () => attempt({ at: 9, outcome: 'unsent' }))];
      expect(judge(zeroFailed, {}, run, attempts).hint).toContain(word);
    });

    test('unsent does not excuse a failure', () => {
      const attempts = every(1, 500, (index) => ({ outcome: index < 250 ? 'unsent' : 'refused' }));
      expect(judge(zeroFailed, {}, facts(), attempts).verdict).toBe('fail');
    });

    test('unanswered fails a complete run; of an interrupted one it says nothing', () => {
      const attempts = [...good(), attempt({ at: 9, outcome: 'unanswered' })];
      expect(judge(zeroFailed, {}, facts(), attempts).verdict).toBe('fail');
      expect(judge(zeroFailed, {}, facts({ complete: false }), attempts).verdict).toBe('inconclusive');
    });

    test('a lane that was blind for longer than its resolution, within a step, is inconclusive', () => {
      const blind = (fromMs: number, toMs: number) =>
        judge(
          zeroFailed,
          {},
          facts({ events: [event('blind', 'visitors', [fromMs, toMs])], steps: [step('hold', 0, 9000)] }),
          good(),
        );
      expect(blind(100, 400).verdict).toBe('inconclusive');
      expect(blind(100, 140).verdict).toBe('pass');
      expect(blind(9100, 9400).verdict).toBe('pass');
    });
  });

  describe('a stale race', () => {
    const terminating = facts({
      events: [event('terminating', 'pod-a', [980, 1000]), event('exited', 'pod-a', 3000)],
    });

    test('elsewhere warns up to 1 in 1,000 reused attempts, and fails above', () => {
      expect(judge(zeroFailed, {}, facts(), [...reused(1999), stale(7), stale(9)]).verdict).toBe('warn');
      expect(judge(zeroFailed, {}, facts(), [...reused(1997), stale(7), stale(9)]).verdict).toBe('fail');
    });

    test('where the platform was not watched may have come in a termination', () => {
      const run = (reason: string) => facts({ events: [unwatched('pods', [400, 600], reason)] });
      expect(judge(zeroFailed, {}, run('Reconciled'), [...reused(3000), stale(500)]).verdict).toBe('inconclusive');
      expect(judge(zeroFailed, {}, run('Reconciled'), [...reused(3000), stale(700)]).verdict).toBe('warn');
      expect(judge(zeroFailed, { stale: 'warn' }, run('Ended'), [...reused(3000), stale(500)]).verdict).toBe('warn');
      expect(judge(zeroFailed, {}, run('Resumed'), [...reused(3000), stale(500)]).verdict).toBe('warn');
    });

    test('is measured by lane: reused connections of others do not excuse it', () => {
      const run = facts({ lanes: [lane('visitors'), lane('regulars', 'kept')] });
      const regulars = every(2, 100, () => ({ lane: 'regulars', connectionUse: 2 }));
      const race = { ...stale(7), lane: 'regulars' };
      expect(judge(zeroFailed, {}, run, [...reused(9000), ...regulars, race])).toMatchObject({
        verdict: 'fail',
        message: expect.stringContaining('1 stale-race'),
      });
      expect(judge(zeroFailed, {}, run, [...reused(9000), ...regulars, stale(7)]).verdict).toBe('warn');
    });

    test('is measured against reused attempts, not against all', () => {
      expect(judge(zeroFailed, {}, facts(), [...good(), stale(7)]).verdict).toBe('fail');
    });

    test.each([
      [990, 'fail'],
      [2000, 'fail'],
      [3500, 'fail'],
      [500, 'warn'],
      [6000, 'warn'],
    ])('at %d ms on a replica that terminates from 1,000 to 3,000 ms: %s', (at, verdict) => {
      expect(judge(zeroFailed, {}, terminating, [...reused(3000), stale(at, 'pod-a')]).verdict).toBe(verdict);
    });

    test('on another replica than the one that terminates warns', () => {
      expect(judge(zeroFailed, {}, terminating, [...reused(3000), stale(2000, 'pod-b')]).verdict).toBe('warn');
    });

    test('on a replica that nobody knows counts as the terminating one', () => {
      expect(judge(zeroFailed, {}, terminating, [...reused(3000), stale(2000)]).verdict).toBe('fail');
      expect(judge(zeroFailed, {}, terminating, [...reused(3000), stale(500)]).verdict).toBe('warn');
    });

    test('in a termination whose end nobody saw fails to the end', () => {
      const run = facts({ events: [event('terminating', 'pod-a', 1000)] });
      expect(judge(zeroFailed, {}, run, [...reused(3000), stale(9000, 'pod-a')]).verdict).toBe('fail');
    });

    test('follows the option where there is one', () => {
      expect(judge(zeroFailed, { stale: 'fail' }, facts(), [...reused(3000), stale(9)]).verdict).toBe('fail');
      expect(judge(zeroFailed, { stale: 'warn' }, terminating, [stale(2000, 'pod-a')]).verdict).toBe('warn');
    });

    test('does not hide a real failure', () => {
      const attempts = [...reused(3000), stale(9), attempt({ at: 5, outcome: 'closed', connectionUse: 2 })];
      expect(judge(zeroFailed, {}, facts(), attempts).message).toContain('1 of 3,002 requests');
    });
  });
});
