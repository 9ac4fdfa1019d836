import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { maxOutage } from '../../runner/check/max-outage.ts';
import { noNewFailures } from '../../runner/check/no-new-failures.ts';
import { zeroFailed } from '../../runner/check/zero-failed.ts';
import { attempt, every, facts, judge, lane, step, us } from './run.ts';

/** Planned for ten seconds; what waits is given up after five. */
const planMs = 10_000;
const lanes = [lane('visitors'), lane('kept', 'kept', 1000)];
const steps = [step('hold', 0, 1_000), step('run', 1_000, planMs)];
const run = facts({ trafficToUs: us(planMs + 6_000), lanes, steps });

interface Traffic {
  /** How late the generator is with what is due then, ms. */
  lateMs?: (dueMs: number) => number;
  /** From the send to the answer, ms. */
  answerMs?: number;
  /** What becomes of a few connections, from the third second on. */
  held?: Partial<Attempt> & { took: number };
}

/** A lane beyond its limit from the third second to the eighth: every second request finds no free connection. */
function traffic({ lateMs = () => 0, answerMs = 50, held }: Traffic): Attempt[] {
  const kept = { lane: 'kept', connectionUse: 9 };
  const requests = Array.from({ length: planMs / 10 }, (_, index) => {
    const dueMs = index * 10;
    const readyMs = dueMs + lateMs(dueMs);
    const times = { intendedUs: us(dueMs), readyUs: us(readyMs) };
    if (dueMs < 3_000 || dueMs >= 8_000 || index % 2 === 0)
      return attempt({ ...kept, ...times, at: readyMs, took: answerMs });
    const none = { outcome: 'timeout', phase: 'connect', detail: 'no free connection within 5000 ms' } as const;
    const row = attempt({ ...kept, ...times, ...none, at: readyMs, took: 5_000, connection: null, connectedUs: null });
    return { ...row, connectionUse: 1, idleUs: null, sentUs: null };
  });
  const few =
    held === undefined ? [] : Array.from({ length: 20 }, (_, i) => attempt({ ...kept, at: 3_000 + i, ...held }));
  return [...every(20, planMs / 20, () => ({ lane: 'visitors' })), ...requests, ...few];
}

const late = (ms: number) => (dueMs: number) => (dueMs >= 2_500 ? ms : 0);

const findings = (attempts: Attempt[]) => ({
  zero: judge(zeroFailed, {}, run, attempts),
  outage: judge(maxOutage, {}, run, attempts),
  none: judge(noNewFailures, { clean: 'fail' }, run, attempts),
  rise: judge(noNewFailures, {}, run, attempts),
});
const verdicts = (attempts: Attempt[]) => [...new Set(Object.values(findings(attempts)).map(({ verdict }) => verdict))];

describe('where requests find no free connection, the server is the limit', () => {
  test('as it hangs with every connection, however late the generator is', () => {
    expect(verdicts(traffic({ lateMs: late(300), held: { took: 7_000 } }))).toEqual(['fail']);
    const lost = { outcome: 'timeout', phase: 'headers' } as const;
    expect(verdicts(traffic({ lateMs: late(300), held: { took: 10_000, ...lost } }))).toEqual(['fail']);
  });

  test('as it does not accept them', () => {
    const opening = { connectionUse: 1, connectedUs: null, outcome: 'timeout', phase: 'connect' } as const;
    expect(verdicts(traffic({ lateMs: late(300), held: { took: 5_000, ...opening } }))).toEqual(['fail']);
  });

  test('as it is slow while the generator is on time', () => {
    expect(verdicts(traffic({}))).toEqual(['fail']);
    expect(verdicts(traffic({ answerMs: 2_000 }))).toEqual(['fail']);
    expect(findings(traffic({})).zero.message).toContain('250 requests of lane kept found no free connection');
  });

  test('as the generator was late for a moment alone, or by little beside what an answer took', () => {
    expect(verdicts(traffic({ lateMs: (dueMs) => (dueMs >= 4_000 && dueMs < 5_000 ? 500 : 0) }))).toEqual(['fail']);
    expect(verdicts(traffic({ lateMs: late(4) }))).toEqual(['fail']);
    expect(verdicts(traffic({ lateMs: late(100), answerMs: 2_000 }))).toEqual(['fail']);
  });
});

describe('where the generator is late and the server gives each connection back soon', () => {
  const limited = traffic({ lateMs: late(300) });

  test('nobody can tell: inconclusive, with the figures and what would help', () => {
    expect(verdicts(limited)).toEqual(['inconclusive']);
    for (const { message, hint } of Object.values(findings(limited))) {
      expect(message).toMatch(
        /^250 requests of lane kept found no free connection while the generator was the limit: it was \d+ ms late on average with its own plan, and a good answer took 50 ms from when it was asked for, no request more than 50 ms\./,
      );
      expect(hint).toMatch(/^lower the rate \(\d+ good answers a second came on lane kept meanwhile\)/);
    }
    expect(findings(limited).zero.actual).toMatchObject({ failed: 250, generatorLimited: 250 });
  });

  test('what was lost otherwise fails beside it', () => {
    for (const name of ['kept', 'visitors']) {
      const lost = attempt({ lane: name, at: 5_000, outcome: 'reset' });
      const { zero, outage, none } = findings([...limited, lost]);
      expect([zero.verdict, outage.verdict, none.verdict]).toEqual(['fail', 'fail', 'fail']);
      expect(zero.message).toContain('1 of 1,501 requests did not get a good answer: 1 reset. 250 others');
    }
  });

  test('of two lanes the one whose server was slow fails', () => {
    const slow = traffic({}).flatMap((row) =>
      row.lane === 'kept' ? [{ ...row, id: `b${row.id}`, lane: 'slow' }] : [],
    );
    const both = { ...run, lanes: [...lanes, lane('slow', 'kept', 1000)] };
    const finding = judge(zeroFailed, {}, both, [...limited, ...slow]);
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toContain(
      ': 250 timed out. 250 others found no free connection while the generator was the limit',
    );
  });
});
