import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proportionalSizes } from '../../../targets/controller/proportional-scaling.ts';
import { promiseOf } from '../../../targets/controller/rounding.ts';

test('the example of the Kubernetes documentation: 10 to 15 replicas, surge 3, 8 old and 5 new', () => {
  const promise = promiseOf(15, { type: 'RollingUpdate', maxSurge: 3, maxUnavailable: 2 });
  const sets = [
    { desired: 8, created: 1, maxReplicas: 13 },
    { desired: 5, created: 2, maxReplicas: 13 },
  ];
  expect(proportionalSizes(promise, sets)).toEqual([11, 7]);
});

test('to zero all go', () => {
  const promise = promiseOf(0, { type: 'RollingUpdate', maxSurge: 1, maxUnavailable: 0 });
  const sets = [
    { desired: 3, created: 1, maxReplicas: 4 },
    { desired: 1, created: 2, maxReplicas: 4 },
  ];
  expect(proportionalSizes(promise, sets)).toEqual([0, 0]);
});

test('from a consistent state the sum is always what the Deployment may have', () => {
  const desired = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(fc.nat(40), fc.nat(10), desired, (replicas, maxSurge, sizesBefore) => {
      const maxReplicas = sizesBefore.reduce((sum, size) => sum + size, 0);
      const sets = sizesBefore.map((size, created) => ({ desired: size, created, maxReplicas }));
      const sizes = proportionalSizes(
        promiseOf(replicas, { type: 'RollingUpdate', maxSurge, maxUnavailable: 1 }),
        sets,
      );
      expect(sizes.every((size) => size >= 0)).toBe(true);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBe(replicas === 0 ? 0 : replicas + maxSurge);
    }),
  );
});
