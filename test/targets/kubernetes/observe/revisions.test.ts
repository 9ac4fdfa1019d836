import { expect, test } from 'vitest';
import { anyTime } from '../../../../targets/kubernetes/clock.ts';
import { Revisions, revisionOf } from '../../../../targets/kubernetes/observe/revisions.ts';

function read(...readings: [revision: number, sentUs: number, receivedUs: number][]): Revisions {
  const revisions = new Revisions();
  for (const [revision, sentUs, receivedUs] of readings) revisions.add({ revision, sentUs, receivedUs });
  return revisions;
}

test('a change came after the last list that does not have it was asked for, and before the first that has', () => {
  const revisions = read([10, 0, 5], [10, 100, 105], [12, 200, 205], [12, 300, 305], [15, 400, 405]);
  expect(revisions.interval(11, 1000)).toEqual({ earliestUs: 100, latestUs: 205 });
  expect(revisions.interval(12, 1000)).toEqual({ earliestUs: 100, latestUs: 205 });
  expect(revisions.interval(13, 1000)).toEqual({ earliestUs: 300, latestUs: 405 });
  expect(revisions.interval(16, 1000)).toEqual({ earliestUs: 400, latestUs: 1000 });
  expect(revisions.interval(10, 1000)).toEqual({ earliestUs: Number.NEGATIVE_INFINITY, latestUs: 5 });
});

test('it was there when it was seen', () => {
  expect(read([10, 0, 5], [12, 200, 205]).interval(11, 50)).toEqual({ earliestUs: 0, latestUs: 50 });
});

test('lists may be answered in another order than they were asked for', () => {
  const revisions = read([12, 10, 20], [11, 0, 90]);
  expect(revisions.interval(12, 1000)).toEqual({ earliestUs: 0, latestUs: 20 });
  expect(revisions.interval(11, 1000)).toEqual({ earliestUs: Number.NEGATIVE_INFINITY, latestUs: 20 });
});

test('nothing follows from stores that count apart', () => {
  expect(read([500, 0, 5], [300, 10, 15]).interval(501, 1000)).toEqual({ ...anyTime, latestUs: 1000 });
  const revisions = read([300, 0, 5], [500, 10, 15]);
  expect(revisions.interval(301, 1000)).toEqual({ earliestUs: 0, latestUs: 15 });
  revisions.add({ revision: 310, sentUs: 20, receivedUs: 25 });
  expect(revisions.interval(311, 1000)).toEqual({ ...anyTime, latestUs: 1000 });
});

test('nor from what is no number', () => {
  expect(read([10, 0, 5]).interval(revisionOf('abc'), 1000)).toEqual({ ...anyTime, latestUs: 1000 });
  expect([revisionOf('12'), revisionOf('0x12'), revisionOf('01'), revisionOf(undefined)]).toEqual([12, NaN, NaN, NaN]);
});

test('holds the truth, whatever the order of answers, over a long time', () => {
  // A store that takes a change each 7 ms; lists that take up to 90 ms, and see the store at some moment of it.
  const revisions = new Revisions();
  const storedUs = (revision: number) => revision * 7000;
  for (let i = 0; i < 3000; i++) {
    const sentUs = i * 20_000;
    const receivedUs = sentUs + 1000 + ((i * 7919) % 90) * 1000;
    const readUs = sentUs + ((receivedUs - sentUs) * ((i * 104_729) % 100)) / 100;
    revisions.add({ revision: Math.max(1, Math.floor(readUs / 7000)), sentUs, receivedUs });
  }
  for (let revision = 2; revision < 8000; revision++) {
    const { earliestUs, latestUs } = revisions.interval(revision, storedUs(revision) + 500_000);
    expect(earliestUs).toBeLessThanOrEqual(storedUs(revision));
    expect(latestUs).toBeGreaterThanOrEqual(storedUs(revision));
    expect(latestUs - earliestUs).toBeLessThan(130_000);
  }
});
