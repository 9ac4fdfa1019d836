import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { batchOfRows } from '../../record/batch-of-rows.ts';
import type { LaneFacts, RunFacts } from '../../record/facts.ts';
import type { LedgerFacts } from '../../record/ledger.ts';
import { checkOutcome, planChecks } from '../../runner/judge/planned-checks.ts';
import { attempt, every, facts, lane, us } from '../check/run.ts';

/** As k6 does with GETs on connections that it keeps. */
const repeats: LaneFacts = {
  ...lane('visitors', 'kept'),
  engine: 'k6',
  blindTo: [{ what: 'requests that it sends again', hides: 'loss', shownByLedger: true }],
};
const cuts: LaneFacts = {
  ...lane('visitors'),
  engine: 'k6',
  blindTo: [{ what: 'requests that it cuts', hides: 'loss' }],
};
const sees: LaneFacts = {
  ...lane('visitors', 'kept'),
  engine: 'autocannon',
  blindTo: [{ what: 'waits', hides: 'time' }],
};

const ledger = (rest: Partial<LedgerFacts['lanes'][number]> = {}, strangers = 0): LedgerFacts => {
  const sent = { lane: 'visitors', sent: 2000, handled: 2000, twice: 0, okUnhandled: 0, ...rest };
  return { file: 'ledger', entries: 2000 + strangers, strangers, lanes: [sent] };
};

/** What the check says as the run's judge hears it. */
function outcomeOf(name: string, run: RunFacts, rows: readonly Attempt[], options: unknown = {}) {
  const planned = planChecks([{ name, options, lane: null }], run).find((one) => one.asked);
  if (planned === undefined) throw new Error(`no ${name}`);
  let { fold } = planned;
  for (;;) {
    fold.batch(batchOfRows(rows));
    const done = fold.done();
    if ('result' in done) return checkOutcome(planned, done.result);
    fold = done.again;
  }
}

const good = () => every(5, 2000);
const of = (one: LaneFacts, rest: Partial<RunFacts> = {}) => facts({ lanes: [one], ...rest });

describe('where an engine can hide a lost request', () => {
  test.each(['zero-failed', 'max-outage', 'no-new-failures', 'failure-budget'])('%s is never a pass', (name) => {
    const options = name === 'failure-budget' ? { failures: 10 } : {};
    expect(outcomeOf(name, of({ ...repeats, engine: 'builtin' }), good(), options).verdict).not.toBe('inconclusive');
    expect(outcomeOf(name, of(repeats), good(), options).verdict).toBe('inconclusive');
  });

  test('a lawful race, which leaves the verdict alone elsewhere, is no pass either', () => {
    const race = attempt({ at: 9, outcome: 'stale-race', connectionUse: 7, idleUs: 2_000_000 });
    const rows = [...every(5, 2000, () => ({ connectionUse: 2 })), race];
    expect(outcomeOf('zero-failed', of({ ...repeats, engine: 'builtin', blindTo: [] }), rows).verdict).toBe('warn');
    expect(outcomeOf('zero-failed', of(repeats), rows).verdict).toBe('inconclusive');
  });

  test('it says what is not seen, and what would tell', () => {
    const { message, hint } = outcomeOf('zero-failed', of(repeats), good());
    expect(message).toBe(
      'No lost request was seen on lane visitors, but k6 does not see requests that it sends again.',
    );
    expect(hint).toContain('ledger: FILE');
  });

  test('the ledger that has each good answer once is what tells', () => {
    expect(outcomeOf('zero-failed', of(repeats, { ledger: ledger() }), good())).toMatchObject({
      verdict: 'pass',
      message: expect.stringContaining("app's ledger has each good answer of lane visitors once"),
    });
  });

  test('a request that the ledger has twice was lost once', () => {
    expect(outcomeOf('zero-failed', of(repeats, { ledger: ledger({ twice: 3 }) }), good())).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('3 requests of lane visitors were handled more than once'),
    });
    expect(outcomeOf('max-outage', of(repeats, { ledger: ledger({ twice: 3 }) }), good()).verdict).toBe('inconclusive');
  });

  test.each([
    ['lacks a good answer', ledger({ okUnhandled: 1 })],
    ['has what the record does not', ledger({}, 1)],
    ['tells of another lane', ledger({ lane: 'others' })],
    ['is too long', { ...ledger(), lanes: [] }],
  ])('a ledger that %s proves nothing', (_, found) => {
    expect(outcomeOf('zero-failed', of(repeats, { ledger: found }), good()).verdict).toBe('inconclusive');
  });

  test('what no ledger shows stays unseen', () => {
    const { verdict, hint } = outcomeOf('zero-failed', of(cuts, { ledger: ledger() }), good());
    expect(verdict).toBe('inconclusive');
    expect(hint).not.toContain('ledger');
  });

  test('a failure that was seen is one', () => {
    const rows = [...good(), attempt({ at: 3, outcome: 'reset' })];
    expect(outcomeOf('zero-failed', of(repeats, { ledger: ledger() }), rows).verdict).toBe('fail');
    expect(outcomeOf('zero-failed', of(repeats), rows).verdict).toBe('fail');
  });

  test('another lane is judged by itself', () => {
    const run = facts({ lanes: [lane('seen'), repeats] });
    const rows = [...good(), ...every(5, 2000, () => ({ lane: 'seen' }))];
    const planned = planChecks([{ name: 'zero-failed', options: {}, lane: 'seen' }], run).find((one) => one.asked);
    planned?.fold.batch(batchOfRows(rows));
    expect(planned?.fold.done()).toMatchObject({ result: { verdict: 'pass' } });
  });
});

describe('where an engine cannot tell what came of a request', () => {
  const untold = attempt({ at: 9, outcome: 'unanswered' });

  test.each(['zero-failed', 'max-outage'])('%s is neither pass nor fail', (name) => {
    expect(outcomeOf(name, of(sees), [...good(), untold])).toMatchObject({
      verdict: 'inconclusive',
      message: 'What came of 1 request of lane visitors is not known: autocannon cannot tell.',
    });
  });

  test('in the builtin engine, which can tell, it is a loss', () => {
    expect(outcomeOf('zero-failed', facts(), [...good(), untold]).verdict).toBe('fail');
  });

  test('a loss beside it is a loss', () => {
    const rows = [...good(), untold, attempt({ at: 10, outcome: 'closed' })];
    expect(outcomeOf('zero-failed', of(sees), rows).verdict).toBe('fail');
  });
});

test('an engine that sees every loss passes; latency says what waits leave out', () => {
  expect(outcomeOf('zero-failed', of(sees), good()).verdict).toBe('pass');
  expect(outcomeOf('latency', of(sees), good(), { p50: 100 })).toMatchObject({
    verdict: 'pass',
    message: expect.stringContaining('Lane visitors is sent by autocannon, which leaves out waits.'),
  });
});

test('an interrupted run is told as such, whoever sent', () => {
  const run = of(sees, { complete: false, trafficToUs: us(10_000) });
  const { message } = outcomeOf('zero-failed', run, [...good(), attempt({ at: 9, outcome: 'unanswered' })]);
  expect(message).toContain('was interrupted');
});
