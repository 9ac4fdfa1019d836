import { expect, test } from 'vitest';
import { nowUs } from '../../../record/clock.ts';
import { deletionOrder } from '../../../targets/controller/replica-set.ts';

const secondsAgo = (seconds: number) => nowUs() - seconds * 1e6;
const container = {} as never;

test('not started, not ready, ready for less long, restarted more often, younger: in this order they go', () => {
  const old = { container, restarts: 0, createdUs: secondsAgo(1000) };
  const pods = [
    { ...old, name: 'ready-for-long', ready: true, readySinceUs: secondsAgo(900) },
    { ...old, name: 'ready-for-long-restarted', ready: true, readySinceUs: secondsAgo(900), restarts: 2 },
    { ...old, name: 'ready-not-long', ready: true, readySinceUs: secondsAgo(9) },
    { ...old, name: 'not-ready', ready: false, readySinceUs: undefined },
    { ...old, name: 'not-ready-young', ready: false, readySinceUs: undefined, createdUs: secondsAgo(5) },
    { ...old, name: 'not-started', ready: false, readySinceUs: undefined, container: undefined },
  ];
  expect(deletionOrder(pods).map(({ name }) => name)).toEqual([
    'not-started',
    'not-ready-young',
    'not-ready',
    'ready-not-long',
    'ready-for-long-restarted',
    'ready-for-long',
  ]);
});

test('ages within a power of two are equal: then the name decides, which is chance', () => {
  const pod = (name: string, seconds: number) => ({
    name,
    container,
    restarts: 0,
    ready: true,
    readySinceUs: secondsAgo(seconds),
    createdUs: secondsAgo(100),
  });
  const order = deletionOrder([pod('c', 600), pod('a', 700), pod('b', 800)]).map(({ name }) => name);
  expect(order).toEqual(['a', 'b', 'c']);
});
