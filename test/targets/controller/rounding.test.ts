import { expect, test } from 'vitest';
import { promiseOf } from '../../../targets/controller/rounding.ts';

test.each([
  // replicas, maxSurge, maxUnavailable, absolute surge, absolute unavailable
  [3, 0, 1, 0, 1],
  [3, 1, 0, 1, 0],
  [3, '25%', '25%', 1, 0],
  [4, '25%', '25%', 1, 1],
  [10, '25%', '25%', 3, 2],
  [1, '25%', '25%', 1, 0],
  [3, '0%', '25%', 0, 1],
  [3, 0, '33%', 0, 1],
  [3, 0, '34%', 0, 1],
  [3, '100%', '100%', 3, 3],
  [2, 0, 5, 0, 2],
  [0, '25%', '25%', 0, 0],
  [100, '29%', '29%', 29, 29],
  [100, '7%', '57%', 7, 57],
])(
  '%s replicas, maxSurge %s, maxUnavailable %s: at most %s more, %s missing',
  (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    const promise = promiseOf(replicas, { type: 'RollingUpdate', maxSurge, maxUnavailable });
    expect(promise).toEqual({ replicas, maxSurge: surge, maxUnavailable: unavailable, strategy: 'RollingUpdate' });
  },
);

test('Recreate promises nothing while it replaces', () => {
  expect(promiseOf(3, { type: 'Recreate' })).toEqual({
    replicas: 3,
    maxSurge: 0,
    maxUnavailable: 3,
    strategy: 'Recreate',
  });
});
