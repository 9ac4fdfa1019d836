import type { DeploymentFacts } from '../../record/facts.ts';
import { sleepOf } from '../manifest/hook-sleep.ts';
import type { Deployment, Hook } from '../manifest/model.ts';
import { promiseOf } from './rounding.ts';

/** What is told of Deployments beside the verdict: how they replace and end their replicas. */
export function deploymentFacts(deployments: readonly Deployment[]): DeploymentFacts[] {
  return deployments.map(({ name, replicas, strategy, minReadySeconds, template }) => {
    const { readiness, preStop } = template.container;
    return {
      name,
      promise: promiseOf(replicas, strategy),
      readinessProbe: readiness !== undefined,
      readySeconds: (readiness?.initialDelaySeconds ?? 0) + minReadySeconds,
      preStop: preStop !== undefined,
      ...hookLength(preStop),
      graceSeconds: template.terminationGracePeriodSeconds,
    };
  });
}

function hookLength(hook: Hook | undefined): Pick<DeploymentFacts, 'preStopSeconds' | 'preStopByCommand'> {
  if (hook?.kind === 'sleep') return { preStopSeconds: hook.seconds };
  const seconds = hook?.kind === 'exec' ? sleepOf(hook.command) : undefined;
  return seconds === undefined ? {} : { preStopSeconds: seconds, preStopByCommand: true };
}
