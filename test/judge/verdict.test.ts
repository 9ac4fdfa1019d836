import { expect, test } from 'vitest';
import type { RunFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import type { Check, Finding } from '../../runner/check/check.ts';
import type { AskedCheck } from '../../runner/judge/planned-checks.ts';
import { worst } from '../../runner/judge/verdict.ts';
import { attempt, event, every, facts, lane, step, unwatched, us } from '../check/run.ts';
import { judged } from './judged.ts';

const good = every(5, 2000);
const withOneLost = every(5, 2000, (i) => (i === 1000 ? { outcome: 'refused' } : {}));

function verdictOf(run: Partial<RunFacts>, attempts = good): Pick<Result, 'verdict' | 'reasons'> {
  const { verdict, reasons } = judged(facts(run), attempts);
  return { verdict, reasons };
}

const outcome = (verdict: Finding['verdict']): Finding => ({
  verdict,
  message: `It is ${verdict}.`,
  expected: undefined,
  actual: undefined,
});
const own = (verdict: Finding['verdict'], lane: string | null = null): AskedCheck => ({
  name: 'own',
  options: {},
  lane,
  check: {
    name: 'own',
    summary: '',
    options: {},
    falseAlarm: 0,
    fold: () => ({ batch: () => {}, done: () => ({ result: outcome(verdict) }) }),
  },
});

test('the worst wins', () => {
  expect(worst(['pass', 'inconclusive', 'fail', 'error'])).toBe('error');
  expect(worst(['pass', 'fail', 'inconclusive'])).toBe('fail');
  expect(worst(['inconclusive', 'pass'])).toBe('inconclusive');
  expect(worst([])).toBe('pass');
});

test('a run in which every request got a good answer passes, and says so', () => {
  const { verdict, reasons } = verdictOf({});
  expect(verdict).toBe('pass');
  expect(reasons[0]).toContain('2,000');
});

test('one lost request fails it', () => {
  expect(verdictOf({}, withOneLost).verdict).toBe('fail');
});

test('what went wrong in the harness is an error, before any failure', () => {
  const { verdict, reasons } = verdictOf({ errors: ['The disk is full.'] }, withOneLost);
  expect(verdict).toBe('error');
  expect(reasons[0]).toBe('The disk is full.');
  expect(reasons.length).toBeGreaterThan(1);
});

test('no traffic is never a pass', () => {
  const nothing = verdictOf({}, []);
  expect(nothing.verdict).toBe('inconclusive');
  expect(nothing.reasons).toContain('No request was sent at all, so nothing was proved.');
  const unsent = every(5, 100, () => ({ outcome: 'unsent' }));
  expect(verdictOf({}, unsent).reasons[0]).toContain('refused to send any of the 100 requests');
  const silent = verdictOf({ lanes: [lane('visitors'), lane('guests')] });
  expect(silent.verdict).toBe('inconclusive');
  expect(verdictOf({ lanes: [] }, []).verdict).toBe('inconclusive');
});

test('not even where only a check that needs no traffic was asked for', () => {
  expect(judged(facts(), [], { asked: [own('pass')] }).verdict).toBe('inconclusive');
});

test('a run that was ended early never passes, and fails where it was seen to', () => {
  expect(verdictOf({ complete: false }).verdict).toBe('inconclusive');
  expect(verdictOf({ complete: false }, withOneLost).verdict).toBe('fail');
});

test('a record that stops short though the run was complete is an error', () => {
  expect(judged(facts(), good, { ended: false }).verdict).toBe('error');
  expect(judged(facts({ complete: false }), good, { ended: false }).verdict).toBe('inconclusive');
});

test('the record is held to what the engine counted', () => {
  const counted = { planned: 2000, sent: 2000, unsent: 0, ok: 2000, failed: 0, unanswered: 0 };
  const lanes = [{ ...lane('visitors'), counted }];
  expect(verdictOf({ lanes }).verdict).toBe('pass');
  const { verdict, reasons } = verdictOf({ lanes }, good.slice(1));
  expect(verdict).toBe('error');
  expect(reasons[0]).toBe(
    'The engine of lane visitors counted 2000 planned, the record has 1999; 2000 sent, the record has 1999; 2000 ok, the record has 1999.',
  );
});

test('attempts of no known lane or outcome, and answers before their requests, are errors', () => {
  expect(verdictOf({}, [...good, attempt({ at: 9, lane: 'nobody' })]).verdict).toBe('error');
  expect(verdictOf({}, [...good, attempt({ at: 9, outcome: 'fine' as never })]).verdict).toBe('error');
  expect(verdictOf({}, [...good, attempt({ at: 9, took: -1 })]).verdict).toBe('error');
});

test('whatever is inconclusive says what would make it conclusive', () => {
  const inconclusive: [Partial<RunFacts>, typeof good][] = [
    [{}, []],
    [{}, every(5, 100, () => ({ outcome: 'unsent' }))],
    [{ lanes: [lane('visitors'), lane('guests')] }, good],
    [{ complete: false }, good],
    [{ steps: [step('rollout', 0, 10_000, { terminationsWatched: false })] }, good],
    [{ steps: [step('rollout', 0, 10_000, { verdict: 'inconclusive', message: 'nothing was replaced' })] }, good],
    [{ steps: [step('kill', 0, 900)] }, good.slice(1000)],
    [{ events: [event('blind', 'visitors', [1000, 1100])] }, good],
    [{ events: [unwatched('pods', [9000, 10_500], 'Reconciled')] }, good],
    [{ events: [event('terminating', 'a', 9000)] }, good],
  ];
  for (const [run, attempts] of inconclusive) {
    const result = judged(facts(run), attempts);
    expect(result).toMatchObject({ verdict: 'inconclusive', toConclude: expect.any(Array) });
    expect(result.toConclude).not.toEqual([]);
    for (const sentence of result.toConclude ?? []) expect(sentence).toMatch(/^[a-z].*[^.]$/);
  }
  expect(judged(facts(), good, { asked: [own('inconclusive')] }).toConclude).toEqual([
    'give own what it says that it lacks',
  ]);
  expect(judged(facts(), withOneLost).toConclude).toBeUndefined();
});

test('a step that is in doubt says itself what would help', () => {
  const hint = 'give the step a longer timeout than the grace';
  const steps = [step('rollout', 0, 10_000, { verdict: 'inconclusive', message: 'a had not ended', hint })];
  const result = judged(facts({ steps }), good);
  expect(result.toConclude).toEqual([hint]);
  expect(result.steps[0]?.hint).toBe(hint);
});

test('steps decide too', () => {
  const steps = (rest: Parameters<typeof step>[3]) => [step('hold', 0, 5000), step('rollout', 5000, 10_000, rest)];
  expect(verdictOf({ steps: steps({ verdict: 'fail', message: 'it got stuck.' }) })).toMatchObject({
    verdict: 'fail',
    reasons: ['Step "rollout" failed: it got stuck.'],
  });
  expect(verdictOf({ steps: steps({ verdict: 'error' }) }).verdict).toBe('error');
  expect(verdictOf({ steps: steps({ terminationsWatched: true }) }).verdict).toBe('pass');
  expect(verdictOf({ steps: steps({ terminationsWatched: false }) }).verdict).toBe('inconclusive');
});

test('a lane that was blind within a step for longer than its resolution makes the run inconclusive', () => {
  const blind = (fromMs: number, toMs: number) => ({ events: [event('blind', 'visitors', [fromMs, toMs])] });
  expect(verdictOf(blind(1000, 1040)).verdict).toBe('pass');
  expect(verdictOf(blind(1000, 1100)).verdict).toBe('inconclusive');
  expect(verdictOf({ ...blind(1000, 1100), steps: [step('hold', 2000, 10_000)] }).verdict).toBe('pass');
  // 30 ms of each step: less than the resolution in both.
  const steps = [step('hold', 0, 1030), step('hold', 1031, 1060), step('hold', 1060, 10_000)];
  expect(verdictOf({ ...blind(1000, 1060), steps }).verdict).toBe('inconclusive');
});

test('that the platform was not watched leaves it to the requests, but for the end of traffic', () => {
  const blind = (name: string, at: [number, number], reason: string) => ({
    events: [unwatched(name, at, reason)],
  });
  expect(verdictOf(blind('pods', [1000, 9000], 'Reconciled')).verdict).toBe('pass');
  expect(verdictOf(blind('pods', [1000, 9000], 'Reconciled'), withOneLost).verdict).toBe('fail');
  const atEnd = verdictOf(blind('pods', [9000, 10_500], 'Reconciled'));
  expect(atEnd.verdict).toBe('inconclusive');
  expect(atEnd.reasons[0]).toContain('could not be watched for 1.5 s around the end of traffic');
  expect(verdictOf(blind('pods', [9000, 10_500], 'Ended')).verdict).toBe('inconclusive');
  // It went on where it was cut off: what came meanwhile was told after it.
  expect(verdictOf(blind('pods', [9000, 10_500], 'Resumed')).verdict).toBe('pass');
  expect(verdictOf(blind('nodes', [9000, 10_500], 'Ended')).verdict).toBe('pass');
});

test('a step of its own proves nothing without requests where something may have happened unseen', () => {
  const steps = [step('hold', 0, 5000), step('custom', 5000, 9000), step('hold', 9000, 10_000)];
  const spared = good.filter(({ sentUs }) => sentUs !== null && (sentUs < us(5000) || sentUs > us(9000)));
  const other = event('ready', 'a', 1000);
  const blind = unwatched('pods', [4000, 6000]);
  const late = event('unready', 'a', [4000, 6000]);
  expect(verdictOf({ steps, events: [other] }, spared).verdict).toBe('pass');
  expect(verdictOf({ steps, events: [other, blind] }, spared).verdict).toBe('inconclusive');
  expect(verdictOf({ steps, events: [other, late] }, spared).verdict).toBe('inconclusive');
});

test.each(['rollout', 'undo', 'scale', 'switch', 'kill', 'custom'])(
  'a %s that no request saw proves nothing',
  (verb) => {
    const steps = [step('hold', 0, 5000), step(verb, 5000, 9000), step('hold', 9000, 10_000)];
    const events = verb === 'custom' ? [event('ready', 'pod-1', 7000)] : [];
    const until = (ms: number) => every(5, ms / 5);
    expect(verdictOf({ steps, events }, until(5010)).verdict).toBe('pass');
    const after = every(5, 20, () => ({}), 9500);
    const unsent = every(5, 20, () => ({ outcome: 'unsent' }), 6000);
    expect(verdictOf({ steps, events }, [...until(5000), ...after])).toMatchObject({
      verdict: 'inconclusive',
      reasons: [expect.stringContaining(`No request was sent during the step "${verb}", so what it did was not seen.`)],
    });
    expect(verdictOf({ steps, events }, [...until(5000), ...unsent, ...after]).reasons).toContainEqual(
      expect.stringContaining(`during the step "${verb}"`),
    );
  },
);

test('where the app was never there, that alone is told', () => {
  const steps = [{ ...step('deploy', -3000, 0), verdict: 'fail' as const, message: 'the app exits' }];
  expect(verdictOf({ steps }, [])).toMatchObject({
    verdict: 'fail',
    reasons: ['Step "deploy" failed: the app exits'],
  });
});

test('a command is the rollout where the platform tells nothing, and may only look where it tells of no change', () => {
  const steps = [step('hold', 0, 5000), step('run', 6000, 9000)];
  const verdictOf = (events: ReturnType<typeof event>[]) => judged(facts({ steps, events }), every(5, 1000)).verdict;
  expect(verdictOf([])).toBe('inconclusive');
  expect(verdictOf([event('ready', 'pod-1', 7000)])).toBe('inconclusive');
  expect(verdictOf([event('ready', 'pod-1', -500)])).toBe('pass');
});

test('a custom step that only looks may do so when the requests are over', () => {
  const steps = [step('hold', 0, 5000), step('custom', 6000, 9000)];
  expect(verdictOf({ steps }, every(5, 1000)).verdict).toBe('pass');
});

test('a step that is over between two requests is seen by the next one; one before traffic is none of its business', () => {
  const steps = [step('rollout', -2000, -1), step('hold', 0, 5001), step('custom', 5001, 5002)];
  const events = [event('ready', 'pod-1', 5001)];
  expect(verdictOf({ steps, events }).verdict).toBe('pass');
});

test('a check that was asked for decides; without samples it is inconclusive', () => {
  const verdicts = (['pass', 'warn', 'fail', 'error', 'inconclusive', 'not-applicable'] as const).map(
    (verdict) => judged(facts(), good, { asked: [own(verdict)] }).verdict,
  );
  expect(verdicts).toEqual(['pass', 'pass', 'fail', 'error', 'inconclusive', 'inconclusive']);
});

test('the others advise: the failed request is told, and decides nothing', () => {
  const { verdict, checks, outages } = judged(facts(), withOneLost, { asked: [own('pass')] });
  expect(verdict).toBe('pass');
  expect(checks.find(({ name }) => name === 'zero-failed')).toMatchObject({ asked: false, verdict: 'warn' });
  expect(outages).toHaveLength(1);
});

test('a check that was asked of one lane advises on the rest', () => {
  const lanes = [lane('visitors'), lane('guests')];
  const attempts = [...good, ...withOneLost.map((one) => ({ ...one, lane: 'guests' }))];
  const asked = [{ name: 'zero-failed', options: {}, lane: 'visitors' }];
  const { verdict, checks } = judged(facts({ lanes }), attempts, { asked });
  expect(verdict).toBe('pass');
  expect(checks.filter(({ name }) => name === 'zero-failed')).toMatchObject([
    { lane: 'visitors', asked: true, verdict: 'pass' },
    { lane: 'guests', asked: false, verdict: 'warn' },
  ]);
});

test('a check of the scenario that throws is an error of its own', () => {
  const throwing = (when: 'fold' | 'batch' | 'done'): AskedCheck => {
    const breakAt = (place: string) => {
      if (when === place) throw new Error('oops');
    };
    const fold = {
      batch: () => breakAt('batch'),
      done: () => {
        breakAt('done');
        return { result: outcome('pass') };
      },
    };
    const check: Check = {
      ...(own('pass').check as Check),
      fold: () => {
        breakAt('fold');
        return fold;
      },
    };
    return { name: 'own', options: {}, lane: null, check };
  };
  for (const when of ['fold', 'batch', 'done'] as const) {
    const { verdict, checks } = judged(facts(), good, { asked: [throwing(when)] });
    expect(verdict).toBe('error');
    expect(checks[0]).toMatchObject({ verdict: 'error', message: 'The check broke: oops' });
  }
});

test('an unknown check is refused with the names that there are', () => {
  expect(() => judged(facts(), good, { asked: [{ name: 'zero-fail', options: {}, lane: null }] })).toThrow(
    'there is no check named zero-fail',
  );
});

test('what was expected is met by its verdict and its causes', () => {
  const expecting = (verdict: Result['verdict'], causes: string[] = []) =>
    judged(facts(), withOneLost, { expectation: { verdict, causes } });
  expect(expecting('fail')).toMatchObject({ verdict: 'fail', expectation: { met: true } });
  expect(expecting('pass').expectation?.met).toBe(false);
  expect(expecting('fail', ['endpoint-race']).expectation?.met).toBe(false);
});

test('events and steps are told from the start of traffic; a killed run ends at the last thing known of it', () => {
  const run = facts({
    complete: false,
    trafficToUs: us(0),
    events: [event('exited', 'pod-1', [400, 600], { exitCode: 137, object: { secret: 1 } })],
    steps: [step('hold', -100, 800)],
  });
  const result = judged(run, good.slice(0, 100), { ended: false });
  expect(result.durationMs).toBe(800);
  expect(result.startedAt).toBe('1970-01-01T00:00:00.000Z');
  expect(result.events).toEqual([
    { fromMs: 400, toMs: 600, kind: 'exited', subject: { kind: 'replica', name: 'pod-1' }, exitCode: 137 },
  ]);
  expect(result.steps).toEqual([{ name: 'hold', verb: 'hold', fromMs: -100, toMs: 800, verdict: 'pass' }]);
});

test('a replica that was still on its way out when traffic ended leaves the run in doubt, whatever its step says', () => {
  const steps = [step('hold', 0, 5000), step('rollout', 5000, 9000, { terminationsWatched: true })];
  const terminating = event('terminating', 'pod-1', 6000);
  expect(verdictOf({ steps, events: [terminating] })).toMatchObject({
    verdict: 'inconclusive',
    reasons: [expect.stringMatching(/^Traffic ended while pod-1 was still on the way out/)],
  });
  const exited = (ms: number) => verdictOf({ steps, events: [terminating, event('exited', 'pod-1', ms)] }).verdict;
  const container = event('exited', 'pod-1/proxy', 9000, { subject: { kind: 'container', name: 'pod-1/proxy' } });
  expect(verdictOf({ steps, events: [terminating, container] }).verdict).toBe('inconclusive');
  expect(exited(9800)).toBe('pass');
  expect(exited(10_001)).toBe('inconclusive');
  const later = [event('terminating', 'pod-1', 10_001), event('killed', 'pod-2', 3000), event('exited', 'pod-2', 3100)];
  expect(verdictOf({ events: later }).verdict).toBe('pass');
  expect(verdictOf({ complete: false, events: [terminating] }).reasons).toHaveLength(1);
});

test('a machine that refuses to open connections is told from one that is busy', () => {
  const blind = (why: string) =>
    judged(
      facts({
        events: [event('blind', 'visitors', [2000, 7000], { message: `nothing could be sent for 5000 ms: ${why}` })],
      }),
      every(5, 2000),
    );
  expect(blind('this machine refused to send')).toMatchObject({
    verdict: 'inconclusive',
    reasons: expect.arrayContaining([expect.stringContaining('this machine refused to open connections')]),
  });
  expect(blind('the generator was held up').reasons[0]).toContain('busy with something else');
});
