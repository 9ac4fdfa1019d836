import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { maxOutage } from '../../runner/check/max-outage.ts';
import { noNewFailures } from '../../runner/check/no-new-failures.ts';
import { zeroFailed } from '../../runner/check/zero-failed.ts';
import { attempt, event, every, facts, judge, lane, step, us } from './run.ts';

/** Twenty seconds; from the eighth to the sixteenth everything is slow. */
const endMs = 20_000;
const lanes = [lane('visitors'), lane('kept', 'kept', 50)];
const steps = [step('hold', 0, 5_000), step('run', 5_000, endMs)];
const quiet = facts({ trafficToUs: us(endMs), lanes, steps });
const starvedFrom = (fromMs: number, toMs: number) => {
  const subject = { kind: 'run', name: 'this machine' } as const;
  return { ...quiet, events: [event('starved', subject.name, [fromMs, toMs], { subject })] };
};
const starved = starvedFrom(8_000, 16_000);

/** Five connections wait for seven seconds, and three requests for one of them in vain. */
function requests(ofConnections: Partial<Attempt> = {}, ofWaiting: Partial<Attempt> = {}): Attempt[] {
  const kept = { lane: 'kept' };
  const busy = Array.from({ length: 5 }, (_, i) =>
    attempt({ ...kept, at: 8_000 + i * 20, took: 7_000, connectionUse: 9, ...ofConnections }),
  );
  const waiting = Array.from({ length: 3 }, (_, i) =>
    attempt({
      ...kept,
      at: 8_200 + i * 20,
      took: 5_000,
      outcome: 'timeout',
      phase: 'connect',
      detail: 'no free connection within 5000 ms',
      connection: null,
      connectedUs: null,
      ...ofWaiting,
    }),
  ).map((row) => (ofWaiting.outcome === undefined ? { ...row, sentUs: null } : row));
  const good = (name: string) => every(20, endMs / 20, () => ({ lane: name, connectionUse: 2 }));
  return [
    ...good('visitors'),
    ...good('kept').filter(({ sentUs }) => (sentUs as number) < us(8_000)),
    ...busy,
    ...waiting,
  ];
}

const findings = (attempts: Attempt[], facts: typeof quiet) => ({
  zero: judge(zeroFailed, {}, facts, attempts),
  outage: judge(maxOutage, {}, facts, attempts),
  none: judge(noNewFailures, { clean: 'fail' }, facts, attempts),
});
function verdicts(attempts: Attempt[], facts: typeof quiet) {
  return [...new Set(Object.values(findings(attempts, facts)).map(({ verdict }) => verdict))];
}

describe('requests that find no free connection', () => {
  test('are told by what the connections waited for, and are the server’s', () => {
    expect(verdicts(requests(), quiet)).toEqual(['fail']);
    expect(findings(requests(), quiet).zero.message).toMatch(
      /: 3 timed out\. 3 requests of lane kept found no free connection: all 5 in use waited, 5 for answers, the oldest since 5\.2 s, all of which got a good one in the end\.$/,
    );
  });

  test('while connections wait for a server that never answers, or accepts, are so too', () => {
    const hung = requests({ outcome: 'timeout', phase: 'headers', connectionUse: 1, connectedUs: null });
    expect(verdicts(hung, quiet)).toEqual(['fail']);
    expect(findings(hung, quiet).zero.message).toContain(
      'all 5 in use waited, 5 to be accepted, the oldest since 5.2 s, 5 of which got no good one in the end.',
    );
  });
});

describe('on a machine that gave ordinary processes no processor', () => {
  test('what ran out of time is inconclusive, with its reason', () => {
    expect(verdicts(requests(), starved)).toEqual(['inconclusive']);
    const { zero, outage, none } = findings(requests(), starved);
    for (const { message, hint } of [zero, outage, none]) {
      expect(message).toMatch(/^3 requests .*ran out of time while this machine gave ordinary processes no processor/);
      expect(hint).toContain('with less else to do');
    }
    expect(zero.message).toContain('all 5 in use waited');
    expect(zero.actual).toMatchObject({ failed: 3, starved: 3 });
  });

  test('what was broken is not explained, and fails beside it', () => {
    for (const outcome of ['refused', 'reset', 'status'] as const)
      expect(verdicts(requests({}, { outcome }), starved)).toEqual(['fail']);
    const both = [...requests(), attempt({ lane: 'kept', at: 9_000, outcome: 'refused', phase: 'connect' })];
    expect(verdicts(both, starved)).toEqual(['fail']);
    expect(findings(both, starved).zero.message).toContain(
      '1 of 1,409 requests did not get a good answer: 1 refused. 3 others ran out of time while',
    );
  });

  test('what ran out of time at another moment is not explained either', () => {
    expect(verdicts(requests(), starvedFrom(14_000, 19_000))).toEqual(['fail']);
    // Less than half of its wait.
    expect(verdicts(requests(), starvedFrom(8_000, 10_000))).toEqual(['fail']);
  });

  test('nothing is in doubt where nothing was lost', () => {
    const slow = requests().filter(({ outcome }) => outcome === 'ok');
    expect(verdicts(slow, starved)).toEqual(['pass']);
  });
});
