import type { Event, EventKind } from '../../../record/event.ts';
import { stampOf } from '../clock.ts';
import { endingOf } from '../ending.ts';
import { type Change, createdWithin, eventAt, type Scene, said, stampedByServer } from './change.ts';
import { containerEvents } from './container-events.ts';
import type { Condition, Pod } from './objects.ts';
import { detailsOf } from './owner.ts';

/** What happened to a pod between two of its states. Nothing is told that the platform did not say. */
export function podEvents(change: Change<Pod>, scene: Scene): Event[] {
  const { before, after, within } = change;
  const pod = after ?? before;
  if (pod === null) return [];
  const known = detailsOf(pod, scene);
  const subject = { kind: 'replica', name: scene.nameOf(pod) } as const;
  const tell = (kind: EventKind, interval = within, details: Partial<Event> = {}): Event =>
    eventAt(interval, kind, subject, { ...known, ...details });
  const events: Event[] = [];
  if (before === null) events.push(tell('created', createdWithin(pod, within, scene)));
  if (pod.spec.nodeName !== undefined && before?.spec.nodeName === undefined)
    events.push(tell('scheduled', within, { message: pod.spec.nodeName }));
  const deleted = deletion(change, scene);
  if (deleted !== null) events.push(tell('terminating', deleted, { ending: endingOf(pod.spec) }));
  const disrupted = condition(pod, 'DisruptionTarget');
  if (disrupted?.status === 'True' && condition(before, 'DisruptionTarget')?.status !== 'True')
    events.push(tell('disrupted', within, said({ reason: disrupted.reason, message: disrupted.message })));
  events.push(...containerEvents({ ...change, pod, known }, scene));
  const ready = condition(after, 'Ready');
  if (after !== null && isReady(after) !== isReady(before))
    events.push(
      isReady(after)
        ? tell('ready')
        : tell('unready', within, said({ reason: ready?.reason, message: ready?.message })),
    );
  if (after === null) events.push(tell('gone'));
  return events;
}

/**
 * When it was told to go: deletionTimestamp is when its grace will be over. A later deletion with a shorter grace moves that, and
 * the difference stays (BeforeDelete, apiserver/pkg/registry/rest). null where it was not now.
 */
function deletion({ before, after, within }: Change<Pod>, scene: Scene) {
  const { deletionTimestamp, deletionGracePeriodSeconds } = (after ?? before)?.metadata ?? {};
  if (deletionTimestamp === undefined || (before !== null && before.metadata.deletionTimestamp !== undefined))
    return null;
  const stamp = stampOf(deletionTimestamp);
  return stampedByServer(stamp === null ? null : stamp - (deletionGracePeriodSeconds ?? 0) * 1e6, within, scene);
}

export function condition(object: { status?: { conditions?: Condition[] } } | null, type: string) {
  return object?.status?.conditions?.find((one) => one.type === type);
}

export function isReady(pod: Pod | null): boolean {
  return condition(pod, 'Ready')?.status === 'True';
}
