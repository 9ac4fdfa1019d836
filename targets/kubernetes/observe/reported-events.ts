import type { Event, EventKind } from '../../../record/event.ts';
import { type Interval, narrowed, stampOf } from '../clock.ts';
import { type Change, eventAt, type Scene } from './change.ts';
import type { Pod, Report } from './objects.ts';
import { detailsOf } from './owner.ts';
import { subjectKindOf } from './workload-events.ts';

/**
 * What only the platform's reports tell (`kubectl get events`). They are limited in rate and may be dropped: that one is
 * missing proves nothing.
 */
const kinds: ReadonlyMap<string, EventKind> = new Map([
  ['Unhealthy', 'probe-failed'],
  ['Killing', 'stopping'],
  ['FailedPreStopHook', 'prestop-failed'],
  ['FailedCreate', 'failed-create'],
  ['FailedScheduling', 'failed-scheduling'],
]);

interface About {
  pod: Pod | undefined;
  /** What the record calls the object. */
  name: string;
  /** The workload that the object belongs to. */
  owner: string | undefined;
  /** When the object was made, at the earliest. */
  madeUs: number;
}

/** Reports alike are counted in one object, which then changes: each time it tells of the last. */
export function reportedEvents({ before, after, within, first }: Change<Report>, about: About, scene: Scene): Event[] {
  const kind = kinds.get(after?.reason ?? '');
  if (after === null || kind === undefined || first || timesOf(after) <= timesOf(before)) return [];
  const { kind: of = '', fieldPath } = after.involvedObject;
  if (about.name === '') return [];
  const subject = { kind: of === 'Pod' ? 'replica' : subjectKindOf(of), name: about.name } as const;
  const known =
    about.pod === undefined
      ? { ...(about.owner === undefined ? {} : { owner: about.owner }) }
      : detailsOf(about.pod, scene);
  const message = after.message?.trim();
  const container = /\{(.+)\}/.exec(fieldPath ?? '')?.[1];
  const event = eventAt(happened(after, within, about, scene), kind, subject, {
    ...known,
    reason: kind === 'probe-failed' ? probeOf(message) : (after.reason ?? kind),
    ...(message === undefined ? {} : { message }),
    object: { count: timesOf(after), ...(container === undefined ? {} : { container }) },
  });
  return [event];
}

function timesOf(report: Report | null): number {
  if (report === null) return 0;
  return report.series?.count ?? report.count ?? 1;
}

/** By the clock of the node that reports; of a controller's clock nothing is known. */
function happened(report: Report, within: Interval, { pod, madeUs }: About, { clocks, boundUs }: Scene): Interval {
  const earliestUs = Math.min(pod === undefined ? madeUs : boundUs(pod.metadata.uid), within.latestUs);
  const possible = { earliestUs, latestUs: within.latestUs };
  const host = report.source?.host ?? (report.reportingComponent === 'kubelet' ? report.reportingInstance : undefined);
  const stamp = stampOf(report.series?.lastObservedTime ?? report.lastTimestamp ?? report.eventTime);
  if (!host || stamp === null) return possible;
  return narrowed(possible, clocks.node(host).interval(stamp, within.latestUs));
}

/** `readiness` of `Readiness probe failed: ...`. */
function probeOf(message = ''): string {
  return /^(\w+) probe /.exec(message)?.[1]?.toLowerCase() ?? 'probe';
}
