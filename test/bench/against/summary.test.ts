import { expect, test } from 'vitest';
import type { EffectVerdict } from '../../../record/effect.ts';
import { roundsOf } from './calibration.ts';
import type { Trial } from './kept.ts';
import { binomialInterval, summary } from './summary.ts';
import { trialOf } from './trials.ts';

// By R: binom.test(x, n)$conf.int.
test.each([
  [0, 100, '0.0 to 3.6 %'],
  [5, 100, '1.6 to 11.3 %'],
  [1, 2, '1.3 to 98.7 %'],
  [100, 100, '96.4 to 100.0 %'],
])('%i of %i', (hits, of, interval) => {
  expect(binomialInterval(hits, of)).toBe(interval);
});

function trialsOf(verdicts: readonly EffectVerdict[], differences: Partial<Trial> = {}): Trial[] {
  return verdicts.map((verdict, nth) => trialOf({ verdict, seed: nth + 1, ...differences }));
}

const slower = { kind: 'slower', moreAsked: 0.05, more: 0.051, extra: 3 } as const;

function rowsOf(trials: readonly Trial[]): string[][] {
  return summary(trials)
    .split('\n')
    .filter((line) => line.startsWith('| identical') || line.startsWith('| slower'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

test('of identical builds every change is wrong, of a slower one what is called the same or better', () => {
  const verdicts = ['same', 'better', 'worse', 'cannot tell'] as const;
  const rows = rowsOf([...trialsOf(verdicts, { truth: -0.004 }), ...trialsOf([...verdicts, 'worse'], slower)]);
  expect(rows).toEqual([
    ['identical', '1', '4', '2 of 4 (6.8 to 93.2 %)', '', '1', '1', '1', '1', '-0.40 % to -0.40 %'],
    ['slower', '1', '5', '2 of 5 (5.3 to 85.3 %)', '2 of 5 (5.3 to 85.3 %)', '1', '1', '2', '1', '0.10 % to 0.10 %'],
  ]);
});

test('a build that is slower by less than the tolerance is rightly called the same', () => {
  const [row] = rowsOf(trialsOf(['same', 'better'], { ...slower, more: 0.015 }));
  expect(row?.[3]).toBe('1 of 2 (1.3 to 98.7 %)');
});

test('each machine and each hitless is counted apart, and all of them together', () => {
  const { origin } = trialOf();
  const elsewhere = { origin: { ...origin, cpu: 'Another CPU' } };
  const later = { origin: { ...origin, hitless: 'def5678' } };
  const trials = [
    ...trialsOf(['same', 'worse']),
    ...trialsOf(['same'], elsewhere),
    ...trialsOf(['same'], later),
    ...trialsOf(['worse'], { ...later, ...slower }),
  ];
  expect(rowsOf(trials).map((row) => row.slice(0, 4).join(' '))).toEqual([
    'identical 1 2 1 of 2 (1.3 to 98.7 %)',
    'identical 2 1 0 of 1 (0.0 to 97.5 %)',
    'identical 3 1 0 of 1 (0.0 to 97.5 %)',
    'identical all 4 1 of 4 (0.6 to 80.6 %)',
    'slower 3 1 0 of 1 (0.0 to 97.5 %)',
    'slower all 1 0 of 1 (0.0 to 97.5 %)',
  ]);
  expect(summary(trials)).toContain('2: hitless abc1234, 2 x Another CPU, kernel 6.1, Node v24.0.0');
});

test('rounds of work are those that cost so much more', () => {
  // 60 rounds cost 80 % more, so 5 % are 3.75 of them, and four are 5.33 %.
  expect(roundsOf(0.05, 0.8)).toEqual({ extra: 4, more: expect.closeTo(0.8 / 15, 10) });
  expect(() => roundsOf(0.05, -0.01)).toThrow('cannot be calibrated');
});
