import type { Event, EventKind } from '../../../record/event.ts';
import type { Truth } from './truth.ts';

/** What the audit log can tell of; the rest of a record (routes, reports) it knows nothing about. */
const told: readonly EventKind[] = [
  'created',
  'scheduled',
  'started',
  'restarted',
  'ready',
  'unready',
  'terminating',
  'exited',
  'gone',
  'endpoint-added',
  'endpoint-removed',
];

export interface Comparison {
  changes: number;
  /** In the log and not in the record. */
  missing: Truth[];
  /** In the record, but its interval does not meet the time at which the change was made. */
  outside: { truth: Truth; event: Event }[];
  /** In the record and not in the log. */
  invented: Event[];
  /** How wide the intervals are, in ms, smallest first. */
  widthsMs: number[];
}

/** Pairs each change of the log with an event of its kind and subject, in the order of their times. */
export function compare(truths: readonly Truth[], events: readonly Event[]): Comparison {
  const left = Map.groupBy(
    events.filter(({ kind, subject }) => told.includes(kind) && subject.kind !== 'container'),
    ({ kind, subject }) => `${kind} ${subject.name}`,
  );
  for (const own of left.values()) own.sort((a, b) => a.latestUs - b.latestUs);
  const comparison: Comparison = { changes: truths.length, missing: [], outside: [], invented: [], widthsMs: [] };
  for (const truth of truths.toSorted((a, b) => a.toUs - b.toUs)) {
    const event = left.get(`${truth.kind} ${truth.name}`)?.shift();
    if (event === undefined) {
      comparison.missing.push(truth);
      continue;
    }
    comparison.widthsMs.push((event.latestUs - event.earliestUs) / 1000);
    if (event.latestUs < truth.fromUs || event.earliestUs > truth.toUs) comparison.outside.push({ truth, event });
  }
  comparison.invented = [...left.values()].flat();
  comparison.widthsMs.sort((a, b) => a - b);
  return comparison;
}
