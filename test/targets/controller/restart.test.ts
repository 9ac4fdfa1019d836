import { expect, test } from 'vitest';
import { RestartBackOff } from '../../../targets/controller/restart.ts';

test('the first restart is immediate, then 10 s doubles up to 5 min', () => {
  const backOff = new RestartBackOff();
  let us = 1_000_000_000;
  const delays = Array.from({ length: 9 }, () => {
    const delayMs = backOff.next(us);
    us += delayMs * 1000 + 1_000_000;
    return delayMs / 1000;
  });
  expect(delays).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test('after more than 10 min of running it is forgotten', () => {
  const backOff = new RestartBackOff();
  expect(backOff.next(1_000_000_000)).toBe(0);
  expect(backOff.next(1_001_000_000)).toBe(10_000);
  expect(backOff.next(1_001_000_000 + 611_000_000)).toBe(0);
});
