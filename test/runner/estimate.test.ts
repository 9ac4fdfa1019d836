import { expect, test } from 'vitest';
import type { DeploymentFacts } from '../../record/facts.ts';
import { estimate, left } from '../../runner/estimate.ts';
import { stepOf } from '../../runner/scenario/steps.ts';

const location = { file: 'a.yml' };
const deploy = stepOf({ deploy: {} }, 0, location);
const hold = stepOf({ hold: '2s' }, 1, location);
const rollout = stepOf({ rollout: { deployment: 'shop', image: 'shop:2', settle: '1s' } }, 2, location);

const shop: DeploymentFacts = {
  name: 'shop',
  promise: { replicas: 3, maxSurge: 1, maxUnavailable: 0, strategy: 'RollingUpdate' },
  readinessProbe: true,
  readySeconds: 5,
  preStop: true,
  preStopSeconds: 10,
  graceSeconds: 40,
};

test('a rollout takes the starts of its replicas one after the other, the hook of the last one, and at most its grace', () => {
  const without = estimate(rollout, [{ ...shop, readySeconds: 0, preStopSeconds: 0 }]);
  const { usualMs, mostMs } = estimate(rollout, [shop]);
  expect(usualMs - without.usualMs).toBe(3 * 5000 + 10_000);
  expect(mostMs - usualMs).toBe(40_000 - 11_000);
});

test('replicas that start together take one start', () => {
  const together = { ...shop, promise: { ...shop.promise, maxSurge: 3 } };
  expect(estimate(rollout, [shop]).usualMs - estimate(rollout, [together]).usualMs).toBe(2 * 7000);
});

test('a hold is as long as it says; a step of which nothing is known has no other end', () => {
  expect(estimate(hold)).toEqual({ usualMs: 2000, mostMs: 2000 });
  const unknown = estimate(rollout);
  expect(unknown.mostMs).toBe(unknown.usualMs);
});

test('what is left are the steps that follow, and the rest of the one that goes on', () => {
  const steps = [deploy, hold, rollout];
  const whole = estimate(rollout, [shop]);
  expect(left(steps, 1, 500, [shop]).usualMs).toBe(1500 + whole.usualMs);
  expect(left(steps, 1, 60_000, [shop]).mostMs).toBe(whole.mostMs);
  expect(left(steps, 0, Number.POSITIVE_INFINITY, [shop]).usualMs).toBe(2000 + whole.usualMs);
});
