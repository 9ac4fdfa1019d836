import { describe, expect, test } from 'vitest';
import { scaledOver, whyNotReady } from '../../runner/steps/conditions.ts';
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

describe('scaled from one replica to none', () => {
  // A Deployment's status says so some milliseconds before its pod is told to go: kubectl is satisfied then.
  const none: DeploymentState = {
    ...deployment,
    promise: { ...deployment.promise, replicas: 0 },
    progress: 'complete',
  };
  const serving: ReplicaState = { ...replica, phase: 'running', ready: true, listed: true, routed: true };
  const over = (...replicas: ReplicaState[]) => scaledOver(none, { deployments: [none], replicas });

  test('is not over while it serves, or ends', () => {
    expect(over(serving)).toBe(false);
    expect(over({ ...serving, phase: 'terminating', listed: false, routed: false })).toBe(false);
    expect(over({ ...serving, phase: 'exited', listed: false })).toBe(false);
  });

  test('is over when it has ended and nobody is led to it, whatever others do', () => {
    const gone: ReplicaState = { ...serving, phase: 'exited', ready: false, listed: false, routed: false };
    expect(over(gone, { ...serving, pod: 'board-1', deployment: 'board' })).toBe(true);
    expect(over()).toBe(true);
  });
});
