import fc from 'fast-check';
import { expect, test } from 'vitest';
import { narrowed, PlatformClock, stampOf } from '../../../targets/kubernetes/clock.ts';

const second = 1_000_000;
const stampAt = (us: number, offsetUs: number) => Math.floor((us + offsetUs) / second) * second;

test('a clock of which nothing is known says nothing', () => {
  expect(new PlatformClock().interval(5 * second, 0)).toEqual({
    earliestUs: Number.NEGATIVE_INFINITY,
    latestUs: Number.POSITIVE_INFINITY,
  });
});

test('holds the truth for any offset, and narrows to the second and what an answer takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e15 }), fc.integer({ min: 1, max: 50_000 }), (offsetUs, tookUs) => {
      const clock = new PlatformClock();
      for (let i = 0; i < 60; i++) {
        const sentUs = i * 217_000;
        clock.add(stampAt(sentUs + tookUs / 2, offsetUs), { earliestUs: sentUs, latestUs: sentUs + tookUs });
      }
      for (let us = 0; us < 20 * second; us += 333_333) {
        const { earliestUs, latestUs } = clock.interval(stampAt(us, offsetUs), us);
        expect(earliestUs).toBeLessThanOrEqual(us);
        expect(latestUs).toBeGreaterThanOrEqual(us);
        expect(latestUs - earliestUs).toBeLessThan(1.3 * second + 2 * tookUs);
      }
    }),
  );
});

test('a stamp of which only the end is known bounds one side', () => {
  const clock = new PlatformClock();
  clock.add(100 * second, { earliestUs: Number.NEGATIVE_INFINITY, latestUs: 3 * second });
  expect(clock.interval(100 * second, 3 * second)).toEqual({
    earliestUs: Number.NEGATIVE_INFINITY,
    latestUs: 4 * second,
  });
});

test('a clock that is set, or two that answer in turn: holds the truth of either from then on', () => {
  const offsets = [0, 4 * second];
  const clock = new PlatformClock();
  for (let i = 0; i < 40; i++) {
    const us = i * 300_000;
    clock.add(stampAt(us, offsets[i % 2] as number), { earliestUs: us, latestUs: us });
  }
  for (let us = 12 * second; us < 20 * second; us += 123_456)
    for (const offsetUs of offsets) {
      const { earliestUs, latestUs } = clock.interval(stampAt(us, offsetUs), us);
      expect(earliestUs).toBeLessThanOrEqual(us);
      expect(latestUs).toBeGreaterThanOrEqual(us);
    }
});

test('a clock that drifts is still held an hour later', () => {
  const ppm = 400;
  const offsetAt = (us: number) => us * (ppm / 1e6);
  const clock = new PlatformClock();
  for (let us = 0; us < 3600 * second; us += 10 * second)
    clock.add(stampAt(us, offsetAt(us)), { earliestUs: us - 3000, latestUs: us + 3000 });
  const us = 3600 * second;
  const { earliestUs, latestUs } = clock.interval(stampAt(us, offsetAt(us)), us);
  expect(earliestUs).toBeLessThanOrEqual(us);
  expect(latestUs).toBeGreaterThanOrEqual(us);
});

test('of two that contradict each other the trusted one stands', () => {
  expect(narrowed({ earliestUs: 1, latestUs: 5 }, { earliestUs: 3, latestUs: 9 })).toEqual({
    earliestUs: 3,
    latestUs: 5,
  });
  expect(narrowed({ earliestUs: 1, latestUs: 5 }, { earliestUs: 7, latestUs: 9 })).toEqual({
    earliestUs: 1,
    latestUs: 5,
  });
});

test('reads the times of objects and of HTTP', () => {
  expect(stampOf('2026-11-24T18:23:28Z')).toBe(Date.UTC(2026, 10, 24, 18, 23, 28) * 1000);
  expect(stampOf('2026-11-24T18:23:28.999999Z')).toBe(Date.UTC(2026, 10, 24, 18, 23, 28) * 1000);
  expect(stampOf('Tue, 24 Nov 2026 18:38:17 GMT')).toBe(Date.UTC(2026, 10, 24, 18, 38, 17) * 1000);
  expect(stampOf('soon')).toBeNull();
  expect(stampOf(null)).toBeNull();
});
