import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { versionMixing } from '../../runner/check/version-mixing.ts';
import { attempt, every, facts, judge, step } from './run.ts';

const rolling = facts({ steps: [step('hold', 0, 2000), step('rollout', 2000, 6000), step('hold', 6000, 8000)] });
const options = { from: 'v1', to: 'v2' };

/** The old version until 5 s, the new one from 3 s on. */
const healthy = () =>
  every(10, 800, (index, at) => ({ version: at < 3000 ? 'v1' : at < 5000 ? (index % 2 ? 'v1' : 'v2') : 'v2' }));
const without = (attempts: Attempt[], fromMs: number, toMs: number) =>
  attempts.filter(({ endUs }) => endUs < 50_000_000 + fromMs * 1000 || endUs >= 50_000_000 + toMs * 1000);

describe('version-mixing', () => {
  test('passes old, then both, then new, and says when they met', () => {
    expect(judge(versionMixing, options, rolling, healthy())).toMatchObject({
      verdict: 'pass',
      message: 'Before "rollout" only v1 answered, after it only v2: v2 answered from 3.001 s on, v1 until 4.991 s.',
    });
  });

  test('finds the versions by itself', () => {
    expect(judge(versionMixing, {}, rolling, healthy())).toMatchObject({
      verdict: 'pass',
      expected: { before: ['v1'], after: ['v2'] },
    });
  });

  test.each([
    ['the new version before the rollout', attempt({ at: 100, version: 'v2' })],
    ['the old version after it', attempt({ at: 7000, version: 'v1' })],
    ['a third version during it', attempt({ at: 4000, version: 'v0' })],
    [
      'the old version in a failed answer after it',
      attempt({ at: 7000, version: 'v1', outcome: 'status', status: 500 }),
    ],
  ])('one answer of %s fails', (_, stray) => {
    expect(judge(versionMixing, options, rolling, [...healthy(), stray]).verdict).toBe('fail');
    expect(judge(versionMixing, {}, rolling, [...healthy(), stray]).verdict).toBe('fail');
  });

  test('an answer under way when the rollout began, or when it ended, belongs to it', () => {
    const early = attempt({ at: 1990, took: 50, version: 'v2' });
    const late = attempt({ at: 5999, took: 50, version: 'v1' });
    expect(judge(versionMixing, options, rolling, [...healthy(), early, late]).verdict).toBe('pass');
  });

  test('fails when the scenario expected another version', () => {
    expect(judge(versionMixing, { from: 'v1', to: 'v3' }, rolling, healthy()).verdict).toBe('fail');
  });

  test('without answers before or after it nothing is known', () => {
    expect(judge(versionMixing, options, rolling, without(healthy(), 0, 2000)).verdict).toBe('inconclusive');
    expect(judge(versionMixing, options, rolling, without(healthy(), 6000, 8000)).verdict).toBe('inconclusive');
    expect(judge(versionMixing, options, rolling, []).verdict).toBe('inconclusive');
  });

  test('a few answers before or after it are not enough, but one of the wrong version is', () => {
    const early = (fromMs: number) => without(healthy(), 0, fromMs);
    const late = (toMs: number) => without(healthy(), toMs, 8000);
    expect(judge(versionMixing, options, rolling, early(1650)).verdict).toBe('pass');
    expect(judge(versionMixing, options, rolling, early(1660))).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('Only 34 answers came before "rollout"'),
    });
    expect(judge(versionMixing, {}, rolling, late(6350)).verdict).toBe('pass');
    expect(judge(versionMixing, {}, rolling, late(6340))).toMatchObject({
      verdict: 'inconclusive',
      message: expect.stringContaining('Only 34 answers came after "rollout"'),
    });
    const stray = attempt({ at: 7000, version: 'v1' });
    expect(judge(versionMixing, options, rolling, [...late(6100), stray]).verdict).toBe('fail');
  });

  test('a rollout in which the new version never answered fails, unless hardly anything was asked', () => {
    const only = healthy().map((one) => (one.endUs < 56_000_000 ? { ...one, version: 'v1' } : one));
    expect(judge(versionMixing, options, rolling, only).verdict).toBe('fail');
    expect(judge(versionMixing, options, rolling, without(only, 2200, 6000)).verdict).toBe('inconclusive');
  });

  test('a switch may have no time in which both answer', () => {
    const green = facts({ steps: [step('switch', 2000, 2500)] });
    const sharp = every(10, 800, (_, at) => ({ version: at < 2000 ? 'v1' : 'v2' }));
    expect(judge(versionMixing, options, green, sharp)).toMatchObject({
      verdict: 'pass',
      message:
        'Before "switch" only v1 answered, after it only v2: v1 answered until 1.991 s, v2 from 2.001 s on, at no time both.',
    });
  });

  test('judges the first change up to the next one', () => {
    const undone = facts({ steps: [step('rollout', 2000, 6000), step('hold', 6000, 8000), step('undo', 8000, 9000)] });
    const back = [...healthy(), ...every(10, 200, () => ({ version: 'v1' }), 8000)];
    expect(judge(versionMixing, options, undone, back).verdict).toBe('pass');
  });

  test('good answers that hide their version are no proof', () => {
    const hidden = every(20, 300, () => ({ version: null }), 6000);
    expect(judge(versionMixing, options, rolling, [...healthy(), ...hidden]).verdict).toBe('inconclusive');
  });

  test('does not apply without a change, without a version to look for, or where it stays the same', () => {
    expect(judge(versionMixing, {}, facts(), healthy()).verdict).toBe('not-applicable');
    expect(judge(versionMixing, {}, { ...rolling, identity: {} }, healthy()).verdict).toBe('not-applicable');
    expect(
      judge(
        versionMixing,
        {},
        rolling,
        every(10, 800, () => ({ version: 'v1' })),
      ).verdict,
    ).toBe('not-applicable');
  });

  describe('interrupted before the rollout was over', () => {
    const interrupted = (rest = {}) =>
      facts({
        complete: false,
        steps: [step('hold', 0, 2000), step('rollout', 2000, 4000, { verdict: 'inconclusive', ...rest })],
      });
    const early = () => every(10, 401, () => ({ version: 'v1' }));
    const reason = '"rollout" was interrupted before it was over, so what it would have shown is not known.';

    test.each([
      ['no new replica answers yet', early()],
      ['both answer', healthy().filter(({ sentUs }) => (sentUs as number) <= 54_000_000)],
      ['the new one alone, by chance', [...early().slice(0, 400), attempt({ at: 4001, version: 'v2' })]],
    ])('is no failure while %s', (_, attempts) => {
      for (const asked of [options, {}])
        expect(judge(versionMixing, asked, interrupted(), attempts)).toMatchObject({
          verdict: 'inconclusive',
          message: reason,
          hint: 'let the run come to its end',
        });
    });

    test('what was wrong until then stays wrong', () => {
      const before = attempt({ at: 100, version: 'v2' });
      const strange = attempt({ at: 3000, version: 'v0' });
      expect(judge(versionMixing, {}, interrupted(), [...early(), before]).verdict).toBe('fail');
      expect(judge(versionMixing, options, interrupted(), [...early(), strange]).verdict).toBe('fail');
    });

    test('a rollout that was over by then is judged as ever', () => {
      const later = { ...rolling, complete: false };
      const stray = attempt({ at: 7000, version: 'v1' });
      expect(judge(versionMixing, options, later, healthy()).verdict).toBe('pass');
      expect(judge(versionMixing, options, later, [...healthy(), stray]).verdict).toBe('fail');
      expect(judge(versionMixing, options, interrupted({ verdict: 'pass' }), early()).verdict).toBe('fail');
    });
  });
});
