import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Moments } from '../../runner/diagnosis/moments.ts';

test('is near to what lies within the bound of any moment, and to nothing else, in whatever order they came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 3_000 }), fc.array(fc.nat(5_500)), (all, asked) => {
      const moments = new Moments(10);
      for (const us of all) moments.add(us);
      for (const us of asked) expect(moments.isNear(us)).toBe(all.some((one) => Math.abs(one - us) <= 10));
    }),
    { seed: 7 },
  );
});

test('a million moments of ten seconds, in no order, take no more than a few hundred would', () => {
  const moments = new Moments(100_000);
  for (let i = 0; i < 1_000_000; i++) moments.add((i * 7_919) % 10_000_000);
  expect(moments.length).toBeLessThanOrEqual(1_024);
  expect(moments.isNear(10_100_000)).toBe(false);
  expect(moments.isNear(5_000_000)).toBe(true);
});
