import type { DeploymentPromise } from '../../record/event.ts';

/** What the decisions need to know of a ReplicaSet. Terminating pods count nowhere. */
export interface SetSize {
  /** Pods that it is told to have. */
  desired: number;
  /** Pods that are Ready and have been for minReadySeconds. */
  available: number;
}

/**
 * One step of a rolling update, by the rules of pkg/controller/deployment/rolling.go: how many pods each ReplicaSet
 * should be told to have now. `old` are sorted by creation, oldest first. Returns the same numbers where it must wait.
 */
export function nextSizes(
  promise: DeploymentPromise,
  fresh: SetSize,
  old: readonly SetSize[],
): { fresh: number; old: number[] } {
  const unchanged = old.map(({ desired }) => desired);
  const grown = growNew(promise, fresh, old);
  if (grown !== fresh.desired) return { fresh: grown, old: unchanged };
  return { fresh: fresh.desired, old: shrinkOld(promise, fresh, old) };
}

function growNew({ replicas, maxSurge }: DeploymentPromise, fresh: SetSize, old: readonly SetSize[]): number {
  if (fresh.desired >= replicas) return replicas;
  const room = replicas + maxSurge - (fresh.desired + total(old, 'desired'));
  return fresh.desired + Math.max(0, Math.min(room, replicas - fresh.desired));
}

function shrinkOld({ replicas, maxUnavailable }: DeploymentPromise, fresh: SetSize, old: readonly SetSize[]): number[] {
  const minAvailable = replicas - maxUnavailable;
  const freshUnavailable = fresh.desired - fresh.available;
  const all = fresh.desired + total(old, 'desired');
  let removable = all - minAvailable - freshUnavailable;
  if (removable <= 0) return old.map(({ desired }) => desired);
  // Those that do not serve go first, they cost no availability.
  const sizes = old.map(({ desired, available }) => {
    const removed = Math.min(removable, Math.max(0, desired - available));
    removable -= removed;
    return desired - removed;
  });
  let spare = fresh.available + total(old, 'available') - minAvailable;
  return sizes.map((desired) => {
    const removed = Math.max(0, Math.min(desired, spare));
    spare -= removed;
    return desired - removed;
  });
}

function total(sets: readonly SetSize[], field: keyof SetSize): number {
  return sets.reduce((sum, set) => sum + set[field], 0);
}
