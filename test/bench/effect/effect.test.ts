import { describe, expect, test } from 'vitest';
import type { Effect, EffectVerdict } from '../../../record/effect.ts';
import { EffectSchema } from '../../../record/effect.ts';
import { assertSchema } from '../../../record/json-file.ts';
import { type EffectSettings, effectOf } from '../../../runner/bench/effect/effect.ts';
import { type Simulated, simulatedGroups } from './simulated.ts';

const settings: EffectSettings = {
  tolerance: 0.02,
  decides: ['rate', 'cpu'],
  seed: 1,
  baseline: { name: 'http://localhost:1/' },
  candidate: { name: 'http://localhost:2/' },
  generatorLimit: null,
};

function judge(how: Simulated, differences: Partial<EffectSettings> = {}): Effect {
  return effectOf(simulatedGroups(how), { ...settings, seed: how.seed, ...differences });
}

/** Of fifty comparisons, how many came to which verdict. */
function verdicts(
  how: Omit<Simulated, 'seed'>,
  differences: Partial<EffectSettings> = {},
): Record<EffectVerdict, number> {
  const counts = { better: 0, same: 0, worse: 0, 'cannot tell': 0 };
  for (let seed = 1; seed <= 50; seed++) counts[judge({ groups: 24, ...how, seed }, differences).verdict]++;
  return counts;
}

describe('two that are alike', () => {
  test.each<[string, Omit<Simulated, 'seed'>]>([
    ['on a quiet machine', {}],
    ['on a noisy one', { noise: 0.2 }],
    ['on one that gets slower by half', { drift: 0.5 }],
    ['on one that others stop every so often', { stallEvery: 20 }],
    ['with few blocks', { groups: 8, noise: 0.1 }],
  ])('are hardly ever told apart %s', (_, how) => {
    const { better, worse } = verdicts(how);
    expect(better + worse).toBeLessThanOrEqual(1);
  });

  test('are the same on a quiet machine, and cannot be told on a noisy one, which is said', () => {
    expect(verdicts({}).same).toBeGreaterThanOrEqual(47);
    const noisy = judge({ noise: 0.4, seed: 1 });
    expect(noisy.verdict).toBe('cannot tell');
    expect(noisy.noise.rate).toBeGreaterThan(0.3);
    expect(noisy.toConclude.join()).toMatch(/rate: two blocks of the same target are \d+ % apart here/);
  });
});

describe('one that takes 5 % more', () => {
  test('is found', () => {
    expect(verdicts({ slower: 0.05 }).worse).toBeGreaterThanOrEqual(47);
    expect(verdicts({ slower: 0.05, stallEvery: 20, drift: 0.3 }).worse).toBeGreaterThanOrEqual(47);
  });

  test('is found by its CPU time alone where the rate is too noisy', () => {
    expect(verdicts({ slower: 0.05, noise: 0.06 }).worse).toBeGreaterThanOrEqual(40);
    expect(verdicts({ slower: 0.05, noise: 0.06, cpu: false }, { decides: ['rate'] }).worse).toBeLessThan(40);
  });

  test('is within a tolerance of 10 %', () => {
    expect(verdicts({ slower: 0.05 }, { tolerance: 0.1 }).same).toBeGreaterThanOrEqual(47);
  });

  test('is better the other way around', () => {
    expect(verdicts({ slower: -0.05 }).better).toBeGreaterThanOrEqual(47);
  });
});

test('a change as large as the tolerance is called one in few of fifty', () => {
  const { worse } = verdicts({ slower: 0.02 });
  expect(worse).toBeLessThanOrEqual(3);
});

test('what stalls every so often is never the same, though a typical block is', () => {
  const { verdict, measures } = judge({ ownStallEvery: 20, noise: 0.005, seed: 3 }, { decides: ['rate'] });
  const [rate] = measures;
  expect(rate?.typical?.low).toBeGreaterThan(-0.02);
  expect(rate?.overall?.estimate).toBeLessThan(-0.03);
  expect(verdict).not.toBe('same');
});

describe('failures', () => {
  test('in many blocks are worse, however fast the rest is', () => {
    const { verdict, reasons } = judge({ slower: -0.2, fails: () => 2, seed: 1 });
    expect(verdict).toBe('worse');
    expect(reasons[0]).toMatch(
      /^Of the candidate's requests 240 of 60,000 failed, of the baseline's 0 of 60,000: more/,
    );
  });

  test('of one burst are no difference between builds, but nothing is the same with them', () => {
    const { verdict, failures, toConclude } = judge({ fails: (block) => (block === 7 ? 200 : 0), seed: 1 });
    expect(failures.verdict).toBe('cannot tell');
    expect(verdict).toBe('cannot tell');
    expect(toConclude).toContain('find out why requests failed');
  });

  test('of every request are worse, with nothing else to go by', () => {
    const { verdict, measures } = judge({ fails: () => 500, seed: 1 });
    expect(measures[0]).toMatchObject({ name: 'rate', candidate: 0, typical: null, overall: null });
    expect(verdict).toBe('worse');
  });
});

test('what the generator limits is never the same, and CPU time still tells', () => {
  const limited = { generatorLimit: 'the generator: its thread was busy 99 % of the time' };
  expect(judge({ noise: 0.001, seed: 1 }, limited).verdict).toBe('cannot tell');
  expect(judge({ slower: -0.05, seed: 1 }, limited).verdict).toBe('cannot tell');
  expect(judge({ slower: 0.05, seed: 1 }, limited).verdict).toBe('worse');
});

test('nothing that decides, or too few blocks, cannot be told', () => {
  expect(judge({ seed: 1 }, { decides: [] }).verdict).toBe('cannot tell');
  const few = judge({ groups: 7, noise: 0, seed: 1 });
  expect(few.verdict).toBe('cannot tell');
  expect(few.toConclude[0]).toBe('rate: give it more time, 7 groups of blocks are too few');
  expect(effectOf([], settings).verdict).toBe('cannot tell');
});

test('is as its schema says, and the same each time', () => {
  const one = judge({ seed: 5 });
  assertSchema(EffectSchema, JSON.parse(JSON.stringify(one)), 'effect');
  expect(judge({ seed: 5 })).toEqual(one);
});
