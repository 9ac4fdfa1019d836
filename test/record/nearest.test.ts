import { describe, expect, test } from 'vitest';
import { didYouMean, nearest } from '../../record/nearest.ts';

const verbs = ['deploy', 'hold', 'rollout', 'undo', 'switch', 'scale', 'kill', 'drain', 'exec', 'run', 'wait'];

describe('the nearest word', () => {
  test.each([
    ['rollot', 'rollout'],
    ['rolluot', 'rollout'],
    ['Rollout', 'rollout'],
    ['hodl', 'hold'],
    ['swich', 'switch'],
    ['depl', 'deploy'],
    ['scael', 'scale'],
  ])('%s is %s', (typed, meant) => {
    expect(nearest(typed, verbs)).toBe(meant);
  });

  test.each(['', 'x', 'teleport', 'zzzz', 'z'.repeat(5000)])('%.10s is none of them', (typed) => {
    expect(nearest(typed, verbs)).toBeUndefined();
  });

  test('takes with what can be walked only once', () => {
    expect(nearest('kil', new Map(verbs.map((verb) => [verb, 1])).keys())).toBe('kill');
    expect(nearest('depl', new Set(verbs).values())).toBe('deploy');
  });

  test('ends a message, or leaves it as it is', () => {
    expect(`no step "rollot"${didYouMean('rollot', verbs)}`).toBe('no step "rollot"; did you mean "rollout"?');
    expect(didYouMean('teleport', verbs)).toBe('');
  });
});
