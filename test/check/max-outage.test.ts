import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { outagesToTell } from '../../record/outages.ts';
import { maxOutage } from '../../runner/check/max-outage.ts';
import { attempt, event, every, facts, judge, lane, random } from './run.ts';

/** One request a millisecond for `lengthMs`; those that reach the server while a window is closed are refused. */
function traffic(windows: readonly [number, number][], lengthMs: number, everyMs = 1, offsetMs = 0.3): Attempt[] {
  return every(everyMs, Math.floor(lengthMs / everyMs), (_, at) => {
    const arrival = at + offsetMs;
    const closed = windows.some(([from, to]) => from <= arrival && arrival < to);
    return closed ? { outcome: 'refused', took: 0.4 } : { took: 1.2 };
  });
}

describe('max-outage', () => {
  test('passes without failures, in one pass', () => {
    const finding = judge(maxOutage, {}, facts(), every(5, 200));
    expect(finding).toMatchObject({ verdict: 'pass', outages: [], message: 'No outage in 200 requests.' });
  });

  test('brackets a closed window and estimates its length from the times of sending', () => {
    const finding = judge(maxOutage, {}, facts(), traffic([[100, 120]], 300));
    expect(finding.verdict).toBe('fail');
    expect(finding.outages).toEqual([
      { kind: 'total', lane: 'visitors', fromMs: 99, toMs: 121.2, ms: 20, failures: 20, cause: null },
    ]);
    expect(finding.message).toBe(
      'Lane visitors was out for about 20 ms between 0.099 s and 0.121 s of the run: 20 requests in a row failed; none is allowed.',
    );
  });

  test('a single failed request is an outage of about the time between two requests', () => {
    const finding = judge(maxOutage, {}, facts(), traffic([[100, 100.5]], 300));
    expect(finding.verdict).toBe('fail');
    expect(finding.outages).toMatchObject([{ fromMs: 99, toMs: 102.2, ms: 1, failures: 1 }]);
  });

  test('allows what its bound allows', () => {
    const attempts = traffic([[100, 120]], 300);
    expect(judge(maxOutage, { ms: 30 }, facts(), attempts).verdict).toBe('pass');
    expect(judge(maxOutage, { ms: 19 }, facts(), attempts).verdict).toBe('fail');
  });

  test('the first success may end after one that was sent later', () => {
    const attempts = [
      attempt({ at: 0 }),
      attempt({ at: 10, outcome: 'refused' }),
      attempt({ at: 20, took: 500 }),
      attempt({ at: 30, took: 5 }),
    ];
    expect(judge(maxOutage, {}, facts(), attempts).outages).toMatchObject([{ fromMs: 0, toMs: 35, ms: 10 }]);
  });

  test('even one that was sent after the next outage', () => {
    const attempts = [
      attempt({ at: 0 }),
      attempt({ at: 10, outcome: 'refused' }),
      attempt({ at: 20, took: 500 }),
      attempt({ at: 30, outcome: 'refused' }),
      attempt({ at: 40, took: 5 }),
      attempt({ at: 50, outcome: 'refused' }),
      attempt({ at: 60, took: 5 }),
    ];
    expect(judge(maxOutage, { share: 1 }, facts(), attempts).outages).toMatchObject([
      { toMs: 45 },
      { toMs: 45 },
      { toMs: 65 },
    ]);
  });

  test('a success of the same microsecond does not narrow the bracket from below', () => {
    const attempts = [
      attempt({ at: 0 }),
      attempt({ at: 10, outcome: 'refused' }),
      attempt({ at: 10 }),
      attempt({ at: 20 }),
    ];
    expect(judge(maxOutage, {}, facts(), attempts).outages).toMatchObject([{ fromMs: 0, toMs: 11, failures: 1 }]);
  });

  test('a request that was in flight when the outage began does not end it', () => {
    const attempts = [
      attempt({ at: 0, took: 900 }),
      ...every(10, 20, () => ({ outcome: 'refused' }), 10),
      attempt({ at: 210 }),
    ];
    expect(judge(maxOutage, {}, facts(), attempts).outages).toMatchObject([{ fromMs: 0, toMs: 211, failures: 20 }]);
  });

  test('a lane that never had an answer is out from the start, without end', () => {
    const attempts = every(100, 100, () => ({ outcome: 'refused' }));
    const finding = judge(maxOutage, {}, facts(), attempts);
    expect(finding.outages).toMatchObject([{ fromMs: 0, toMs: null, ms: 9900, failures: 100 }]);
    expect(finding.message).toContain('until the end of the run');
  });

  test('an outage at the end has no end', () => {
    const finding = judge(maxOutage, { ms: 1000 }, facts(), traffic([[9000, 99_999]], 10_000, 10));
    expect(finding.outages).toMatchObject([{ fromMs: 8990, toMs: null, ms: 995 }]);
    expect(finding.verdict).toBe('pass');
    expect(judge(maxOutage, { ms: 990 }, facts(), traffic([[9000, 99_999]], 10_000, 10)).verdict).toBe('fail');
  });

  test('an outage at the end of a lane lasts to its last planned request, not to the end of the run', () => {
    const early = traffic([[900, 99_999]], 1000);
    const finding = judge(maxOutage, { ms: 150 }, facts(), early);
    expect(finding.outages).toMatchObject([{ toMs: null, ms: 99.5 }]);
    expect(finding.verdict).toBe('pass');
    const unsent = attempt({ at: 1200, outcome: 'unsent' });
    expect(judge(maxOutage, { ms: 150 }, facts(), [...early, unsent]).outages).toMatchObject([{ ms: 300.5 }]);
    // What the lane could not send after its last request is no part of the outage, so nothing to take off it.
    const blind = facts({ events: [event('blind', 'visitors', [2000, 9000])] });
    expect(judge(maxOutage, { ms: 50 }, blind, early).verdict).toBe('fail');
  });

  test('each lane for itself: another lane that is served does not hide it', () => {
    const run = facts({ lanes: [lane('visitors'), lane('regulars', 'kept')] });
    const attempts = [...traffic([[100, 120]], 300), ...every(1, 300, () => ({ lane: 'regulars' }))];
    expect(judge(maxOutage, {}, run, attempts).outages).toMatchObject([{ lane: 'visitors', failures: 20 }]);
    expect(judge(maxOutage, {}, run, attempts, { lane: 'regulars' }).verdict).toBe('pass');
  });

  test('one replica of three that refuses is a partial outage', () => {
    const attempts = every(1, 4000, (index, at) =>
      at >= 1000 && at < 3000 && index % 3 === 0 ? { outcome: 'refused' } : {},
    );
    const finding = judge(maxOutage, { ms: 100 }, facts(), attempts);
    expect(finding.verdict).toBe('fail');
    const partial = finding.outages?.filter(({ kind }) => kind === 'partial') ?? [];
    expect(partial).toMatchObject([{ fromMs: 1001, failures: 666 }]);
    expect(partial[0]?.ms).toBeCloseTo(1996, 0);
    expect(finding.outages).toHaveLength(667);
    expect(finding.message).toMatch(
      /^Lane visitors was partly out for about 2 s .*666 requests failed among others that did not/,
    );
    expect(judge(maxOutage, { ms: 100, share: 0.5 }, facts(), attempts).verdict).toBe('pass');
  });

  test('more than the share of a window, and no less', () => {
    const failing = (number: number) =>
      judge(
        maxOutage,
        { ms: 100 },
        facts(),
        every(10, 500, (index) => (index >= 100 && index < 200 && index % 10 < number ? { outcome: 'refused' } : {})),
      ).outages?.filter(({ kind }) => kind === 'partial').length;
    expect(failing(1)).toBe(0);
    expect(failing(2)).toBe(1);
  });

  test('a few failures among many are no partial outage', () => {
    const attempts = every(5, 2000, (index) => (index % 50 === 25 ? { outcome: 'reset' } : {}));
    const finding = judge(maxOutage, { ms: 50 }, facts(), attempts);
    expect(finding.verdict).toBe('pass');
    expect(finding.outages?.every(({ kind, ms }) => kind === 'total' && ms === 5)).toBe(true);
  });

  test('a stale race, what was not sent and what an interrupted run left open are no outage', () => {
    const others = [
      attempt({ at: 50, outcome: 'stale-race', connectionUse: 2 }),
      attempt({ at: 60, outcome: 'unsent' }),
      attempt({ at: 299.5, outcome: 'unanswered' }),
    ];
    const attempts = [...traffic([], 300), ...others];
    expect(judge(maxOutage, {}, facts({ complete: false }), attempts).verdict).toBe('pass');
    expect(judge(maxOutage, {}, facts(), attempts).verdict).toBe('fail');
  });

  test('nothing judged, or a blind lane, is inconclusive', () => {
    expect(judge(maxOutage, {}, facts(), []).verdict).toBe('inconclusive');
    expect(judge(maxOutage, {}, facts(), [], { lane: 'nobody' }).verdict).toBe('inconclusive');
    const run = facts({ events: [event('blind', 'visitors', [100, 400])], lanes: [lane('visitors'), lane('others')] });
    const both = [...every(5, 2000), ...every(5, 2000, () => ({ lane: 'others' }))];
    expect(judge(maxOutage, {}, run, both).verdict).toBe('inconclusive');
    expect(judge(maxOutage, {}, run, both, { lane: 'others' }).verdict).toBe('pass');
  });

  test('time in which the lane could not send does not make an outage longer than its bound', () => {
    const run = facts({ events: [event('blind', 'visitors', [100, 400])] });
    const attempts = [...traffic([], 100), attempt({ at: 400, outcome: 'refused' }), ...every(1, 300, () => ({}), 401)];
    expect(judge(maxOutage, { ms: 100 }, run, attempts).verdict).toBe('inconclusive');
    expect(judge(maxOutage, { ms: 100 }, facts(), attempts).verdict).toBe('fail');
    expect(judge(maxOutage, {}, run, attempts).verdict).toBe('fail');
  });

  test('any schedule of closed windows: each bracket contains what is true, each refused request is in one outage', () => {
    const schedule = fc.array(
      fc.tuple(fc.double({ min: 1, max: 60, noNaN: true }), fc.double({ min: 0.1, max: 60, noNaN: true })),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(
        schedule,
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (pairs, offset, everyMs) => {
          const windows: [number, number][] = [];
          let at = 0;
          for (const [open, closed] of pairs) {
            windows.push([at + open, at + open + closed]);
            at += open + closed;
          }
          const attempts = traffic(windows, at + 20, everyMs, offset);
          const refused = attempts.filter(({ outcome }) => outcome !== 'ok');
          const finding = judge(maxOutage, { share: 1 }, facts(), attempts, { batchSize: 13 });
          expect(finding.verdict).toBe(refused.length === 0 ? 'pass' : 'fail');
          const outages = finding.outages ?? [];
          expect(outages.reduce((sum, { failures }) => sum + failures, 0)).toBe(refused.length);
          for (const [from, to] of windows) {
            const hit = attempts.some(({ sentUs, outcome }) => {
              const arrival = ((sentUs as number) - 50_000_000) / 1000 + offset;
              return outcome !== 'ok' && from <= arrival && arrival < to;
            });
            if (!hit) continue;
            const epsilon = 0.002; // rounded to microseconds
            const containing = outages.filter(
              ({ fromMs, toMs }) => fromMs <= from + epsilon && (toMs === null || toMs + epsilon >= to),
            );
            expect(containing.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  test('at 1,000 a second the estimate is within a millisecond of a window that begins anywhere', () => {
    const next = random(7);
    for (let trial = 0; trial < 300; trial++) {
      const length = [5, 20, 100][trial % 3] as number;
      const from = 50 + next() * 10;
      const [outage] = judge(maxOutage, {}, facts(), traffic([[from, from + length]], 250)).outages ?? [];
      expect(Math.abs((outage?.ms ?? 0) - length)).toBeLessThanOrEqual(1);
    }
  });

  test('counts the outages that the reports tell: those within a longer partial one are told with it', () => {
    // Every second request fails for a while; a second later two stretches of their own.
    const attempts = every(5, 800, (i, at) => {
      const partly = at >= 1000 && at < 1500 && i % 2 === 0;
      const wholly = (at >= 3000 && at < 3010) || (at >= 3500 && at < 3510);
      return partly || wholly ? { outcome: 'refused' } : {};
    });
    const { outages = [], message, actual } = judge(maxOutage, { share: 0.2 }, facts(), attempts);
    expect(outages.length).toBeGreaterThan(40);
    expect(outagesToTell(outages).map(({ kind }) => kind)).toEqual(['partial', 'total', 'total']);
    expect(actual).toMatchObject({ outages: 3, longest: { kind: 'partial' } });
    expect(message).toContain('(the longest of 3 outages)');
  });
});
