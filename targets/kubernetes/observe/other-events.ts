import { isDeepStrictEqual } from 'node:util';
import type { Event } from '../../../record/event.ts';
import { type Change, eventAt, type Scene, said } from './change.ts';
import type { Autoscaler, Node, Service } from './objects.ts';
import { condition } from './pod-events.ts';
import { subjectKindOf } from './workload-events.ts';

/** A Service leads to other pods. */
export function serviceEvents({ before, after, within }: Change<Service>): Event[] {
  if (before === null || after === null || isDeepStrictEqual(before.spec.selector, after.spec.selector)) return [];
  const { selector = {} } = after.spec;
  const { name } = after.metadata;
  const words = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return [
    eventAt(
      within,
      'switched',
      { kind: 'service', name },
      { owner: name, message: words.join(','), object: { selector } },
    ),
  ];
}

/** A node that can or cannot run pods, or takes no more. */
export function nodeEvents({ before, after, within, first }: Change<Node>): Event[] {
  if (after === null || first) return [];
  const subject = { kind: 'node', name: after.metadata.name } as const;
  const events: Event[] = [];
  const ready = condition(after, 'Ready');
  const isReady = ready?.status === 'True';
  if (isReady !== (condition(before, 'Ready')?.status === 'True'))
    events.push(
      eventAt(
        within,
        isReady ? 'node-ready' : 'node-unready',
        subject,
        said({ reason: ready?.reason, message: ready?.message }),
      ),
    );
  const cordoned = after.spec?.unschedulable === true;
  if (cordoned !== (before?.spec?.unschedulable === true))
    events.push(eventAt(within, cordoned ? 'cordoned' : 'uncordoned', subject));
  return events;
}

/** An autoscaler wants another number of replicas. */
export function autoscalerEvents({ before, after, within }: Change<Autoscaler>, scene: Scene): Event[] {
  const [from, to] = [before?.status?.desiredReplicas, after?.status?.desiredReplicas];
  if (before === null || after === null || to === undefined || from === to) return [];
  const { scaleTargetRef: scaled } = after.spec;
  const owner = scene.nameOfWorkload(scaled);
  return [
    eventAt(
      within,
      'autoscaled',
      { kind: subjectKindOf(scaled.kind), name: owner },
      {
        owner,
        message: `${after.metadata.name}: ${from ?? 0} → ${to}`,
      },
    ),
  ];
}
