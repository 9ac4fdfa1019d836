import { describe, expect, test } from 'vitest';
import type { Attempt, Outcome } from '../../record/attempt.ts';
import { maxOutage } from '../../runner/check/max-outage.ts';
import { noNewFailures } from '../../runner/check/no-new-failures.ts';
import { zeroFailed } from '../../runner/check/zero-failed.ts';
import { event, every, facts, judge, lane, random, step, us } from './run.ts';

/** A minute, of which the first ten seconds are a baseline; a lane for the app and one for what nobody deploys. */
const endMs = 60_000;
const run = facts({
  trafficToUs: us(endMs),
  lanes: [lane('visitors'), { ...lane('control', 'fresh', 20), role: 'control' }],
  steps: [step('hold', 0, 10_000), step('run', 10_000, 40_000), step('hold', 40_000, endMs)],
});

type Fails = (at: number) => Outcome | null;
const never: Fails = () => null;
const within =
  (fromMs: number, toMs: number, outcome: Outcome = 'refused'): Fails =>
  (at) =>
    at >= fromMs && at < toMs ? outcome : null;

function requests(app: Fails, control: Fails): Attempt[] {
  const of = (fails: Fails, name: string, everyMs: number) =>
    every(everyMs, endMs / everyMs, (_, at) => {
      const outcome = fails(at);
      return { lane: name, ...(outcome !== null && { outcome, status: outcome === 'status' ? 503 : null }) };
    });
  return [...of(app, 'visitors', 10), ...of(control, 'control', 50)];
}

const verdicts = (attempts: Attempt[], facts = run) => ({
  zero: judge(zeroFailed, {}, facts, attempts).verdict,
  outage: judge(maxOutage, {}, facts, attempts).verdict,
  none: judge(noNewFailures, { clean: 'fail' }, facts, attempts).verdict,
});
const all = (verdict: string) => ({ zero: verdict, outage: verdict, none: verdict });

describe('with a control lane', () => {
  test('what both lose together is the way there, and inconclusive', () => {
    const attempts = requests(within(20_000, 23_000), within(20_000, 23_000));
    expect(verdicts(attempts)).toEqual(all('inconclusive'));
    expect(judge(zeroFailed, {}, run, attempts)).toMatchObject({
      message: expect.stringMatching(/^300 requests of 6,000 failed within a second of failures of the control lane/),
      hint: expect.any(String),
      actual: { planned: 6000, failed: 300, pathFailures: 300 },
    });
  });

  test('what the app loses alone is its own', () => {
    expect(verdicts(requests(within(20_000, 20_100), never))).toEqual(all('fail'));
    expect(verdicts(requests(within(20_000, 20_100), within(30_000, 30_100)))).toEqual(all('fail'));
  });

  test('what the control lane loses alone is nobody else’s', () => {
    expect(verdicts(requests(never, within(20_000, 23_000)))).toEqual(all('pass'));
    expect(judge(zeroFailed, {}, run, requests(never, never)).message).toBe('All 6,000 requests got a good answer.');
  });

  test('a loss of the app beside one of the way there still fails, and is counted alone', () => {
    const app: Fails = (at) => within(20_000, 21_000)(at) ?? within(50_000, 50_050)(at);
    const attempts = requests(app, within(20_000, 21_000));
    expect(verdicts(attempts)).toEqual(all('fail'));
    expect(judge(zeroFailed, {}, run, attempts).message).toBe(
      '5 of 6,000 requests did not get a good answer: 5 refused. 100 others failed together with the control lane.',
    );
  });

  describe('that is no good witness', () => {
    test.each([
      ['fails all the time', () => 'refused' as const],
      ['fails each second', (at: number) => (at % 1000 === 0 ? ('refused' as const) : null)],
      [
        'fails one time in ten',
        (
          (next) => () =>
            next() < 0.1 ? ('refused' as const) : null
        )(random(3)),
      ],
    ])('%s: nothing is excused', (_, control) => {
      const attempts = requests(within(20_000, 20_200), control);
      expect(verdicts(attempts)).toEqual(all('fail'));
      expect(judge(zeroFailed, {}, run, attempts).message).toContain('it excuses nothing');
      expect(verdicts(requests(never, control))).toEqual(all('pass'));
    });

    test('broken from the start, beside an app that breaks at the change and stays so', () => {
      expect(verdicts(requests(within(15_000, endMs), () => 'refused'))).toEqual(all('fail'));
    });

    test('loses one request where the app loses all', () => {
      expect(verdicts(requests(within(20_000, 23_000), within(21_000, 21_050)))).toEqual(all('fail'));
    });

    test('gets another kind of failure: a refusal explains no 503', () => {
      expect(verdicts(requests(within(20_000, 21_000, 'status'), within(20_000, 21_000)))).toEqual(all('fail'));
      expect(verdicts(requests(within(20_000, 21_000, 'reset'), within(20_000, 21_000)))).toEqual(all('inconclusive'));
    });
  });

  test('both dead from one moment to the end: the way there, for all that is known', () => {
    expect(verdicts(requests(within(30_000, endMs), within(30_000, endMs)))).toEqual(all('inconclusive'));
  });

  test('a blind or silent control lane takes nothing from the verdict', () => {
    const blind = { ...run, events: [event('blind', 'control', [20_000, 25_000])] };
    expect(verdicts(requests(never, never), blind)).toEqual(all('pass'));
    expect(verdicts(requests(never, never).filter((one) => one.lane !== 'control'))).toEqual(all('pass'));
  });

  test('long requests that one cut ends are joined by when they ended', () => {
    // Of the app each takes four seconds, of the control lane one millisecond; both are cut at 30 s.
    const app = every(100, endMs / 100, (_, at) =>
      at > 26_000 && at < 30_000 ? { took: 30_000 - at, outcome: 'reset' } : { took: 4000 },
    );
    const control = every(50, endMs / 50, (_, at) => ({
      lane: 'control',
      ...(at >= 29_900 && at < 30_100 && { outcome: 'reset' as const }),
    }));
    expect(judge(zeroFailed, {}, run, [...app, ...control]).verdict).toBe('inconclusive');
  });
});

describe('with a control lane on kept connections, of which no request failed', () => {
  const kept = facts({
    ...run,
    lanes: [lane('visitors'), { ...lane('control-kept', 'kept', 20), role: 'control' }],
  });
  const connections = 5;
  const cutAtMs = 20_000;

  /** Used in turn. `ends`: the times in ms at which so many of them are ended while nothing is under way on them. */
  function control(ends: ReadonlyMap<number, number>): Attempt[] {
    const turns: { connection: number; use: number }[] = [];
    const pending = [...ends];
    let opened = 0;
    return every(50, endMs / 50, (index, at) => {
      while (pending[0] !== undefined && pending[0][0] < at)
        for (let left = pending.shift()?.[1] ?? 0, turn = 0; left > 0; left--, turn++) delete turns[turn];
      const before = turns[index % connections];
      const turn =
        before === undefined ? { connection: 10_000 + opened++, use: 1 } : { ...before, use: before.use + 1 };
      turns[index % connections] = turn;
      return { lane: 'control-kept', connection: turn.connection, connectionUse: turn.use };
    });
  }

  /** One request of the app, of a second, ends so. */
  const app = (outcome: Outcome, endsAtMs = cutAtMs) =>
    every(10, endMs / 10, (_, at) =>
      at === endsAtMs - 1000 ? { took: 1000, outcome, status: outcome === 'status' ? 503 : null } : {},
    );
  const judged = (one: Attempt[], ends: [number, number][]) => verdicts([...one, ...control(new Map(ends))], kept);

  test.each(['closed', 'reset', 'truncated'] as const)(
    'what was %s when all of them ended is the way there',
    (outcome) => {
      expect(judged(app(outcome), [[cutAtMs, connections]])).toEqual(all('inconclusive'));
      expect(judged(app(outcome), [[cutAtMs, 3]])).toEqual(all('inconclusive'));
    },
  );

  test.each<[string, Outcome, [number, number][]]>([
    ['none of them ended', 'closed', []],
    ['one of five ended', 'closed', [[cutAtMs, 1]]],
    ['two of five ended', 'closed', [[cutAtMs, 2]]],
    ['they ended two seconds before', 'closed', [[cutAtMs - 2000, connections]]],
    ['they ended two seconds after', 'closed', [[cutAtMs + 2000, connections]]],
    ['it was refused', 'refused', [[cutAtMs, connections]]],
    ['it got a 503', 'status', [[cutAtMs, connections]]],
    ['it ran out of time', 'timeout', [[cutAtMs, connections]]],
    [
      'they end each fifth second, whatever the app does',
      'closed',
      Array.from({ length: 11 }, (_, n) => [(n + 1) * 5000, connections]),
    ],
  ])('%s: the app’s own', (_, outcome, ends) => {
    expect(judged(app(outcome), ends)).toEqual(all('fail'));
  });

  test('each of them opened anew for each request: nothing is excused', () => {
    const fresh = every(50, endMs / 50, (index) => ({
      lane: 'control-kept',
      connection: 10_000 + index,
      connectionUse: 1,
    }));
    expect(verdicts([...app('closed'), ...fresh], kept)).toEqual(all('fail'));
  });

  test('they end, and the app loses nothing', () => {
    expect(judged(app('ok'), [[cutAtMs, connections]])).toEqual(all('pass'));
  });
});

test('a name that cannot be looked up now is not the app’s; one that is gone may be', () => {
  const alone = facts({ trafficToUs: us(endMs) });
  const stalled = (detail: string) =>
    every(10, 1000, (_, at) =>
      at >= 5000 && at < 7000 ? { outcome: 'unreachable', phase: 'resolve', detail, connection: null } : {},
    );
  expect(judge(zeroFailed, {}, alone, stalled('ENOTFOUND')).verdict).toBe('fail');
  expect(judge(maxOutage, {}, alone, stalled('ENOTFOUND')).verdict).toBe('fail');
  expect(judge(maxOutage, {}, alone, stalled('EAI_AGAIN')).verdict).toBe('pass');
  expect(judge(zeroFailed, {}, alone, stalled('EAI_AGAIN'))).toMatchObject({
    verdict: 'inconclusive',
    message: expect.stringContaining('gave no answer to 200 of 1,000 planned requests'),
  });
});
