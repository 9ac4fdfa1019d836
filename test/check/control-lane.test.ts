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
