import { expect, test } from 'vitest';
import { whyNotReady } from '../../runner/steps/conditions.ts';
import type { DeploymentState, ReplicaState } from '../../targets/target.ts';

const deployment: DeploymentState = {
  name: 'shop',
  revision: 'a',
  promise: { replicas: 1, maxSurge: 1, maxUnavailable: 0, strategy: 'RollingUpdate' },
  updated: 1,
  ready: 0,
  available: 0,
  progress: 'progressing',
};
const replica: ReplicaState = {
  pod: 'shop-a-1',
  deployment: 'shop',
  revision: 'a',
  version: 'v1',
  phase: 'starting',
  ready: false,
  listed: false,
  routed: false,
  restarts: 0,
};
const why = (one: Partial<DeploymentState>, other: Partial<ReplicaState> = {}) =>
  whyNotReady({ ...deployment, ...one }, { deployments: [], replicas: [{ ...replica, ...other }] });

test('the cause that the platform names is told, also of a replica that never started', () => {
  expect(why({ reason: 'shop-a-1 waits: ImagePullBackOff' })).toBe('shop-a-1 waits: ImagePullBackOff');
});

test('how an app ended says more than that', () => {
  const lastExit = { code: 1, signal: null, reason: 'Error', message: 'no such table' };
  expect(why({ reason: 'shop-a-1 waits: CrashLoopBackOff' }, { lastExit })).toMatch(
    /exited with code 1.*no such table/,
  );
});

test('where nothing is known it says so', () => {
  expect(why({})).toBe('shop-a-1 started but did not become ready');
});
