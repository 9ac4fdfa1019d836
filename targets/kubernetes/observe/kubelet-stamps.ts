import { type Interval, stampOf } from '../clock.ts';
import type { Change, Scene } from './change.ts';
import type { Pod } from './objects.ts';

/** Conditions that the kubelet sets, by its own clock. */
const ofKubelet: readonly string[] = ['Initialized', 'Ready', 'ContainersReady', 'PodReadyToStartContainers'];

/**
 * Lets a node's clock be known by what its kubelet stamps: each stamp was made after the pod was given to the node, and before it was
 * stored with the pod.
 */
export function learnFromPod({ before, after, within }: Change<Pod>, { clocks, boundUs }: Scene): void {
  if (after?.spec.nodeName === undefined) return;
  const clock = clocks.node(after.spec.nodeName);
  const known = new Set(stampsOf(before));
  const between: Interval = { earliestUs: boundUs(after.metadata.uid), latestUs: within.latestUs };
  for (const text of stampsOf(after)) {
    const stamp = stampOf(text);
    if (!known.has(text) && stamp !== null && stamp > 0) clock.add(stamp, between);
  }
}

function stampsOf(pod: Pod | null): string[] {
  const { startTime, conditions = [], containerStatuses = [] } = pod?.status ?? {};
  const ofContainers = containerStatuses.flatMap(({ state, lastState }) => [
    state?.running?.startedAt,
    state?.terminated?.startedAt,
    state?.terminated?.finishedAt,
    lastState?.terminated?.startedAt,
    lastState?.terminated?.finishedAt,
  ]);
  const ofConditions = conditions.filter(({ type }) => ofKubelet.includes(type)).map((one) => one.lastTransitionTime);
  return [startTime, ...ofConditions, ...ofContainers].filter((text) => typeof text === 'string');
}
