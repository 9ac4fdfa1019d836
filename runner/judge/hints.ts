import type { DeploymentFacts, RunFacts } from '../../record/facts.ts';
import type { LaneTrafficResult, Result } from '../../record/result.ts';
import { podOf } from '../check/terminations.ts';

type Hint = NonNullable<Result['hints']>[number];

/** Where the tutorial shows a deployment without these. */
const mended = 'docs/tutorial.md#6-zero-downtime';

interface Look {
  id: string;
  /** Whether this can have to do with what the run saw of the Deployment. */
  applies(deployment: DeploymentFacts, replaced: boolean): boolean;
  tell(deployment: DeploymentFacts): string;
}

/** By the ids of causes where there is one; that it was the cause here is for a diagnosis to say. */
const looks: readonly Look[] = [
  {
    id: 'no-readiness-probe',
    applies: ({ readinessProbe }) => !readinessProbe,
    tell: () =>
      'has no readinessProbe: a replica gets requests from when its process starts, though it may not listen yet',
  },
  {
    id: 'no-prestop',
    applies: ({ preStop }, replaced) => replaced && !preStop,
    tell: () =>
      'has no preStop hook: a replica is told to stop when it leaves the endpoints, and new connections may still be led to it for a second',
  },
  {
    id: 'prestop-too-long',
    applies: ({ preStopSeconds = 0, graceSeconds }, replaced) => replaced && preStopSeconds >= graceSeconds,
    tell: ({ preStopSeconds, graceSeconds }) =>
      `has a preStop hook of ${preStopSeconds} s in a grace of ${graceSeconds} s: nothing is left for the app to end in`,
  },
  {
    id: 'recreate-strategy',
    applies: ({ promise }, replaced) => replaced && promise.strategy === 'Recreate',
    tell: () => 'has the strategy Recreate: all old replicas end before the first new one starts',
  },
  {
    id: 'single-replica',
    applies: (deployment, replaced) => replaced && isSingle(deployment),
    tell: () => 'has one replica and maxSurge 0: it ends before the next one starts',
  },
  {
    id: 'max-unavailable-all',
    applies: (deployment, replaced) => replaced && !isSingle(deployment) && mayAllBeAway(deployment),
    tell: ({ promise }) => `has a maxUnavailable that lets all ${promise.replicas} replicas be away at once`,
  },
];

/**
 * What in the manifests is known to lose requests, where some were lost: worth a look, and never said to be the cause.
 * Nothing where none failed, or where the target knows no manifests.
 */
export function hints({ target, events }: RunFacts, traffic: readonly LaneTrafficResult[]): Hint[] {
  if (traffic.every(({ failed, unanswered }) => failed + unanswered === 0)) return [];
  return (target.deployments ?? []).flatMap((deployment) => {
    const replaced = events.some(
      (event) => event.kind === 'terminating' && event.owner === deployment.name && podOf(event) !== null,
    );
    return looks
      .filter(({ applies }) => applies(deployment, replaced))
      .map(({ id, tell }) => ({ id, message: `${deployment.name} ${tell(deployment)}.`, link: mended }));
  });
}

function isSingle({ promise: { strategy, replicas, maxSurge } }: DeploymentFacts): boolean {
  return strategy === 'RollingUpdate' && replicas === 1 && maxSurge === 0;
}

function mayAllBeAway({ promise: { strategy, replicas, maxUnavailable } }: DeploymentFacts): boolean {
  return strategy === 'RollingUpdate' && replicas > 0 && maxUnavailable >= replicas;
}
