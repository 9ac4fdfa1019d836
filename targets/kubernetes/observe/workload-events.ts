import { isDeepStrictEqual } from 'node:util';
import type { Event, EventKind, SubjectKind } from '../../../record/event.ts';
import type { WorkloadKind } from '../../../record/workload.ts';
import { type Change, createdWithin, eventAt, type Scene, said } from './change.ts';
import type { KubernetesObject, ReplicaSet } from './objects.ts';
import { hashOf, ownerOfSet } from './owner.ts';
import type { Reading } from './workloads/workload.ts';

/** A workload that is another than it was, with what it said and says of itself. */
export interface WorkloadChange {
  kind: WorkloadKind;
  change: Change<KubernetesObject>;
  before: Reading | null;
  after: Reading | null;
  /** A rollout of it had begun. */
  rolling: boolean;
}

/** What a workload's owner asked of it, and what became of that. */
export function workloadEvents({ kind, change, before, after, rolling }: WorkloadChange, scene: Scene): Event[] {
  const { within } = change;
  const { name } = (change.after ?? (change.before as KubernetesObject)).metadata;
  const owner = scene.nameOfWorkload({ kind, name });
  const tell = (event: EventKind, details: Partial<Event>, interval = within) =>
    eventAt(interval, event, { kind: subjectKindOf(kind), name: owner }, { owner, ...details });
  // It promises nothing any more.
  if (after === null || change.after === null)
    return before === null ? [] : [tell('scaled', { promise: { ...before.promise, ...nothing }, reason: 'Deleted' })];
  const { promise, progress, reason, message, revision } = after;
  if (before === null) return [tell('scaled', { promise }, createdWithin(change.after, within, scene))];
  const events: Event[] = [];
  if (!isDeepStrictEqual(before.promise, promise)) events.push(tell('scaled', { promise }));
  const version = versionWanted(after, scene);
  if (startsRollout(before, after)) events.push(tell('rollout-started', { promise, ...said({ version }) }));
  if (progress === 'stuck' && before.progress !== 'stuck')
    events.push(tell('progress-deadline', said({ reason, message })));
  if (rolling && progress === 'complete' && before.progress !== 'complete')
    events.push(tell('rollout-complete', said({ revision, version })));
  return events;
}

const nothing = { replicas: 0, maxSurge: 0, maxUnavailable: 0 };

/**
 * Another template; how the same is written may change (an API server's defaults), and that is none. Nor is one where pods are
 * replaced by somebody's hand alone.
 */
export function startsRollout(before: Reading | null, after: Reading | null): boolean {
  if (before === null || after === null || after.promise.strategy === 'OnDelete') return false;
  return !isDeepStrictEqual(before.asked, after.asked);
}

function versionWanted({ template }: Reading, { versionOf }: Scene): string | undefined {
  const image = template?.spec.containers[0]?.image;
  return image === undefined ? undefined : versionOf(image);
}

const subjectKinds = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  Rollout: 'rollout',
  ReplicaSet: 'replicaset',
} as const satisfies Record<WorkloadKind, SubjectKind>;

/** Of kinds that nobody here knows: `deployment`. */
export function subjectKindOf(kind: string): SubjectKind {
  return Object.hasOwn(subjectKinds, kind) ? subjectKinds[kind as WorkloadKind] : 'deployment';
}

/** How many replicas its controller asks of a ReplicaSet. */
export function replicaSetEvents({ before, after, within }: Change<ReplicaSet>, scene: Scene): Event[] {
  const [from, to] = [before?.spec.replicas ?? 0, after?.spec.replicas ?? 0];
  const set = after ?? before;
  // One that nothing made tells as a workload does.
  if (set === null || from === to || set.metadata.ownerReferences === undefined) return [];
  return [
    eventAt(
      within,
      'scaled',
      { kind: 'replicaset', name: set.metadata.name },
      {
        ...said({ owner: scene.nameOfWorkload(ownerOfSet(set)), revision: hashOf(set) }),
        message: `${from} → ${to}`,
      },
    ),
  ];
}
