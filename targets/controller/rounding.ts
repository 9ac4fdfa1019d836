import type { DeploymentPromise } from '../../record/event.ts';
import type { IntOrPercent, Strategy } from '../manifest/model.ts';

/**
 * What a Deployment promises, as absolute numbers: a percentage of maxSurge rounds up, of maxUnavailable down, and where
 * both come to 0 one replica may be unavailable (ResolveFenceposts, pkg/controller/deployment/util). Under Recreate all
 * may be missing and none may be added.
 */
export function promiseOf(replicas: number, strategy: Strategy): DeploymentPromise {
  if (strategy.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: replicas, strategy: 'Recreate' };
  const maxSurge = scaled(strategy.maxSurge, replicas, Math.ceil);
  const allowed = scaled(strategy.maxUnavailable, replicas, Math.floor);
  const maxUnavailable = maxSurge === 0 && allowed === 0 ? 1 : allowed;
  return { replicas, maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas), strategy: 'RollingUpdate' };
}

/** A number, or a share of so many replicas as Kubernetes writes one: `25%`. */
export function scaled(value: IntOrPercent, replicas: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value;
  // Whole numbers first: 29 % of 100 is 28.999999999999996 in floating point.
  return round((Number.parseInt(value, 10) * replicas) / 100);
}
