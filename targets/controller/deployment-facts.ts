import type { DeploymentFacts } from '../../record/facts.ts';
import type { Deployment } from '../manifest/model.ts';
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
      ...(preStop?.kind === 'sleep' ? { preStopSeconds: preStop.seconds } : {}),
      graceSeconds: template.terminationGracePeriodSeconds,
    };
  });
}
