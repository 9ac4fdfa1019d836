import { expect, test } from 'vitest';
import { warmUpLanes } from '../../runner/traffic/warm-up.ts';
import { laneOf } from './run-lanes.ts';

const isFast = (...lanes: Parameters<typeof laneOf>[0][]) => {
  const [kept] = warmUpLanes(lanes.map(laneOf));
  return (kept?.rate as number) > 2_000;
};

test('a thread warms up as fast as it can for lanes that send 1,000 requests a second in all, and spares itself for less', () => {
  expect(isFast({ rate: 200 }, { rate: 200 })).toBe(false);
  expect(isFast({ rate: 999 })).toBe(false);
  expect(isFast({ rate: 500 }, { rate: 500 })).toBe(true);
  expect(isFast({ rate: 1, ramps: [{ to: 5_000, overUs: 1e6 }] })).toBe(true);
  expect(isFast({ rate: 'unpaced' })).toBe(true);
});

test('a visitor counts for each of the requests that it makes', () => {
  const session = { page: '/', assets: ['/a', '/b', '/c'], connections: 'one' as const, pauseUs: 0 };
  expect(isFast({ rate: 300, connection: 'session', session })).toBe(true);
  expect(isFast({ rate: 200, connection: 'session', session })).toBe(false);
});

test('what it sends has a number, so that nothing is left when its time is over', () => {
  for (const lane of warmUpLanes([laneOf({ rate: 20_000 })])) expect(lane.requests).not.toBe(null);
});
