import type { DeploymentPromise } from '../../record/event.ts';

export interface ScalableSet {
  desired: number;
  /** Order of creation: higher is newer. */
  created: number;
  /** replicas + maxSurge of the Deployment when this set was last scaled. */
  maxReplicas: number;
}

/**
 * Scaling in the middle of a rollout: what is added or removed is spread over the active ReplicaSets by their sizes,
 * the rest goes to the largest (`scale` in pkg/controller/deployment/sync.go, getReplicaSetFraction in its util).
 * Returns the new size of each set, in the order given.
 */
export function proportionalSizes(promise: DeploymentPromise, sets: readonly ScalableSet[]): number[] {
  const allowed = promise.replicas > 0 ? promise.replicas + promise.maxSurge : 0;
  const toAdd = allowed - sets.reduce((sum, { desired }) => sum + desired, 0);
  const sizes = sets.map(({ desired }) => desired);
  if (toAdd === 0) return sizes;
  const largestFirst = sets
    .map((set, index) => ({ ...set, index }))
    .sort((a, b) => b.desired - a.desired || (toAdd > 0 ? b.created - a.created : a.created - b.created));
  let added = 0;
  for (const { index, desired, maxReplicas } of largestFirst) {
    const whole =
      promise.replicas === 0 ? 0 : Math.round((desired * (promise.replicas + promise.maxSurge)) / maxReplicas);
    const share = desired === 0 ? 0 : whole - desired;
    const left = toAdd - added;
    const taken = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    sizes[index] = desired + taken;
    added += taken;
  }
  const first = largestFirst[0]?.index ?? 0;
  sizes[first] = Math.max(0, (sizes[first] ?? 0) + toAdd - added);
  return sizes;
}
