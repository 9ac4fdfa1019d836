import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import { versionMixing } from '../../runner/check/version-mixing.ts';
import { attempt, every, facts, judge, random, step, us } from './run.ts';

const around = (rest: Partial<StepFacts> = {}, more: StepFacts[] = []) =>
  facts({
    trafficToUs: us(20_000),
    steps: [
      step('hold', 0, 2000),
      step('run', 2000, 2500, { name: 'run ./deploy.sh', ...rest }),
      step('hold', 2500, 20_000),
      ...more,
    ],
  });
const of = (version: string, fromMs: number, count: number) => every(10, count, () => ({ version }), fromMs);
/** The old version until 5 s, the new one from 3 s on: longer than the command takes. */
const healthy = (toMs = 8000) =>
  every(10, toMs / 10, (index, at) => ({
    version: at < 3000 ? 'v1' : at < 5000 ? (index % 2 ? 'v1' : 'v2') : 'v2',
  }));
const said = (attempts: Attempt[], run: RunFacts = around(), options = {}) =>
  judge(versionMixing, options, run, attempts);

describe('a command whose rollout nobody sees', () => {
  test('old only before, then both, new only in the end', () => {
    expect(said(healthy())).toMatchObject({
      verdict: 'pass',
      message:
        'Before "run ./deploy.sh" only v1 answered, in the end only v2, 300 times: v2 answered from 3.001 s on, v1 until 4.991 s.',
    });
  });

  test('the old version goes on after the command has returned, and that is no fault', () => {
    const late = [...of('v1', 0, 600), ...of('v2', 6000, 200)];
    expect(said(late)).toMatchObject({ verdict: 'pass', message: expect.stringContaining('at no time both') });
  });

  test('that no old one is left is not told from a few answers', () => {
    expect(said([...of('v1', 0, 600), ...of('v2', 6000, 34)])).toMatchObject({
      verdict: 'inconclusive',
      message: '34 answers came from v2 after the last of v1; that none is left of v1 takes 35 to tell.',
      hint: 'give it more time after the command',
    });
    expect(said([...of('v1', 0, 600), ...of('v2', 6000, 35)]).verdict).toBe('pass');
    expect(said([...healthy(), attempt({ at: 7900, version: 'v1' })]).verdict).toBe('inconclusive');
  });

  test.each([0.5, 0.1, 0.05, 0.02])('an old version that keeps a share of %d is never told gone', (share) => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed);
      const mixed = every(10, 1700, () => ({ version: next() < share ? 'v1' : 'v2' }), 3000);
      expect(said([...of('v1', 0, 300), ...mixed]).verdict, `seed ${seed}`).toBe('inconclusive');
    }
  });

  test('too few answers before it prove nothing of before', () => {
    expect(said([...of('v1', 1700, 30), ...of('v2', 4000, 100)]).verdict).toBe('inconclusive');
    expect(said(of('v2', 4000, 100)).verdict).toBe('inconclusive');
  });

  test.each([
    ['the new version before the command', attempt({ at: 100, version: 'v2' }), { from: 'v1' }],
    ['a third version since', attempt({ at: 4000, version: 'v0' }), { to: 'v2' }],
  ])('one answer of %s fails where the scenario says what is right, else nobody knows', (_, stray, expected) => {
    expect(said([...healthy(), stray]).verdict).toBe('inconclusive');
    expect(said([...healthy(), stray], around(), expected).verdict).toBe('fail');
  });

  test('good answers that hide their version may be of the old one', () => {
    const hidden = every(20, 100, () => ({ version: null }), 6000);
    expect(said([...healthy(), ...hidden]).verdict).toBe('inconclusive');
    expect(said([...of('v1', 0, 300), ...hidden]).verdict).toBe('inconclusive');
  });

  test('a command that changes nothing, or takes its change back, is no failure', () => {
    expect(said(of('v1', 0, 800))).toMatchObject({
      verdict: 'not-applicable',
      message: 'Version v1 answered before "run ./deploy.sh", and no other since.',
    });
    const back = [...of('v1', 0, 300), ...of('v2', 3000, 100), ...of('v1', 4000, 400)];
    expect(said(back).verdict).toBe('inconclusive');
    expect(said(of('v1', 0, 800), around(), { to: 'v3' }).verdict).toBe('inconclusive');
  });

  test('an app that says another version in each answer is no failure', () => {
    expect(said(every(10, 800, (index) => ({ version: `build-${index}` }))).verdict).toBe('inconclusive');
  });

  test('it is judged up to its way back', () => {
    const way = { ...around({}, [step('run', 7000, 7500, { rollback: true })]) };
    const attempts = [...of('v1', 0, 300), ...of('v2', 3000, 400), ...of('v1', 7100, 90)];
    expect(said(attempts, { ...way, rollback: { fromUs: us(7000), because: ['lost'] } }).verdict).toBe('pass');
    expect(said(attempts).verdict).toBe('inconclusive');
  });

  test('interrupted before it was done', () => {
    const run = { ...around({ verdict: 'inconclusive' }), complete: false };
    expect(said(healthy(), { ...run, steps: run.steps.slice(0, 2) }, { from: 'v1', to: 'v2' })).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('"run ./deploy.sh" was interrupted'),
    });
  });

  test('a rollout of ours is what is judged, where there is one', () => {
    const both = around({}, [step('rollout', 2500, 6000)]);
    expect(said(healthy(), both)).toMatchObject({
      verdict: 'pass',
      message: expect.stringContaining('Before "rollout"'),
    });
  });
});

describe('a command, or a wait, whose rollout was seen to its end', () => {
  const end = { toUs: us(6000), replaced: 3, terminationsWatched: true };
  const seen = around(end);
  const stray = attempt({ at: 7000, version: 'v1' });

  test('passes with the answers after it', () => {
    expect(said(healthy(), seen)).toMatchObject({
      verdict: 'pass',
      message: expect.stringContaining('in the end only v2, 200 times'),
    });
    expect(said(healthy(6340), seen).verdict).toBe('inconclusive');
    const waited = step('wait', 2000, 6000, { replaced: 3, terminationsWatched: true });
    expect(said(healthy(), facts({ steps: [waited] })).verdict).toBe('pass');
  });

  test('an old answer after it fails where the new version was promised; else it may be a canary', () => {
    expect(said([...healthy(), stray], seen).verdict).toBe('inconclusive');
    expect(said([...healthy(), stray], seen, { to: 'v2' })).toMatchObject({
      verdict: 'fail',
      message: 'After "run ./deploy.sh" was over 1 answer did not come from v2: 200 from v2 and 1 from v1.',
    });
    expect(said([...healthy(), stray], around({ ...end, terminationsWatched: false }), { to: 'v2' }).verdict).toBe(
      'inconclusive',
    );
  });

  test('it comes before commands that replaced nothing, and ends at the next that did', () => {
    const steps = [step('run', 500, 600, { name: 'look' }), ...seen.steps];
    expect(said(healthy(), { ...seen, steps }).message).toContain('run ./deploy.sh');
    const next = step('run', 8000, 9000, { replaced: 3, terminationsWatched: true });
    expect(said([...healthy(), ...of('v3', 8100, 90)], around(end, [next])).verdict).toBe('pass');
  });
});
