import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSizes, type SetSize } from '../../../targets/controller/rolling-update.ts';
import { promiseOf } from '../../../targets/controller/rounding.ts';

const rolling = (replicas: number, maxSurge: number, maxUnavailable: number) =>
  promiseOf(replicas, { type: 'RollingUpdate', maxSurge, maxUnavailable });
const healthy = (desired: number): SetSize => ({ desired, available: desired });

test('surge 0, unavailable 1: an old one goes first, then a new one comes, one at a time', () => {
  const promise = rolling(3, 0, 1);
  expect(nextSizes(promise, healthy(0), [healthy(3)])).toEqual({ fresh: 0, old: [2] });
  expect(nextSizes(promise, healthy(0), [healthy(2)])).toEqual({ fresh: 1, old: [2] });
  expect(nextSizes(promise, { desired: 1, available: 0 }, [healthy(2)])).toEqual({ fresh: 1, old: [2] });
  expect(nextSizes(promise, healthy(1), [healthy(2)])).toEqual({ fresh: 1, old: [1] });
});

test('surge 1, unavailable 0: a new one comes first, an old one goes when that is available', () => {
  const promise = rolling(3, 1, 0);
  expect(nextSizes(promise, healthy(0), [healthy(3)])).toEqual({ fresh: 1, old: [3] });
  expect(nextSizes(promise, { desired: 1, available: 0 }, [healthy(3)])).toEqual({ fresh: 1, old: [3] });
  expect(nextSizes(promise, healthy(1), [healthy(3)])).toEqual({ fresh: 1, old: [2] });
});

test('old ones that do not serve go first, of the oldest set', () => {
  const sizes = nextSizes(rolling(4, 1, 1), { desired: 0, available: 0 }, [
    { desired: 2, available: 1 },
    { desired: 3, available: 3 },
  ]);
  expect(sizes).toEqual({ fresh: 0, old: [0, 3] });
});

test('while new ones are not available, no old one is taken in their stead, serving or not', () => {
  const sizes = nextSizes(rolling(3, 1, 1), { desired: 2, available: 0 }, [{ desired: 2, available: 0 }]);
  expect(sizes).toEqual({ fresh: 2, old: [2] });
});

test('whatever fails, it never has more than replicas + surge, never takes an available one too many, and it ends', () => {
  const counts = fc.record({
    replicas: fc.nat(12),
    surge: fc.nat(12),
    unavailable: fc.nat(12),
    old: fc.array(fc.nat(6), { maxLength: 3 }),
    luck: fc.infiniteStream(fc.boolean()),
  });
  fc.assert(
    fc.property(counts, ({ replicas, surge, unavailable, old: sizes, luck }) => {
      const promise = rolling(replicas, surge, unavailable);
      let fresh: SetSize = { desired: 0, available: 0 };
      let old = sizes.map(healthy);
      const chance = luck[Symbol.iterator]();
      for (let step = 0; step < 300; step++) {
        const available = fresh.available + old.reduce((sum, set) => sum + set.available, 0);
        const total = fresh.desired + old.reduce((sum, set) => sum + set.desired, 0);
        const next = nextSizes(promise, fresh, old);
        const grown = next.fresh > fresh.desired;
        const after = next.fresh + next.old.reduce((sum, size) => sum + size, 0);
        if (grown) expect(after).toBeLessThanOrEqual(replicas + promise.maxSurge);
        else expect(after).toBeLessThanOrEqual(total);
        // A set that shrinks loses what is not available first (deletionOrder).
        old = old.map((set, index) => ({
          desired: next.old[index] ?? 0,
          available: Math.min(set.available, next.old[index] ?? 0),
        }));
        fresh = { desired: next.fresh, available: Math.min(fresh.available, next.fresh) };
        const left = fresh.available + old.reduce((sum, set) => sum + set.available, 0);
        if (left < available) expect(left).toBeGreaterThanOrEqual(replicas - promise.maxUnavailable);
        if (fresh.available < fresh.desired && (chance.next().value || step > 100))
          fresh = { ...fresh, available: fresh.available + 1 };
      }
      expect(fresh).toEqual(healthy(replicas));
      expect(old.every(({ desired }) => desired === 0)).toBe(true);
    }),
  );
});
