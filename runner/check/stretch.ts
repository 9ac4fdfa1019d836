import type { RunFacts } from '../../record/facts.ts';

/** From `fromUs` to `toUs`, both included. */
export interface Stretch {
  fromUs: number;
  toUs: number;
}

export function overlap(a: Stretch, b: Stretch): Stretch | null {
  const fromUs = Math.max(a.fromUs, b.fromUs);
  const toUs = Math.min(a.toUs, b.toUs);
  return fromUs <= toUs ? { fromUs, toUs } : null;
}

/** Sorted by start, with those that touch made one. */
export function union(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const { fromUs, toUs } of [...stretches].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = merged.at(-1);
    if (last !== undefined && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else merged.push({ fromUs, toUs });
  }
  return merged;
}

/**
 * When a lane could not send for longer than its resolution, within a step: what happened then is not known. `lane`:
 * of this one alone.
 */
export function blindLanes(facts: RunFacts, lane: string | null): (Stretch & { lane: string })[] {
  return facts.events.flatMap((event) => {
    if (event.kind !== 'blind' || event.subject.kind !== 'lane') return [];
    const name = event.subject.name;
    if (lane !== null && name !== lane) return [];
    const resolutionUs = (facts.lanes.find((one) => one.name === name)?.resolutionMs ?? 0) * 1000;
    const stretch = { fromUs: event.earliestUs, toUs: event.latestUs };
    const inAStep = facts.steps.some((step) => lengthUs(overlap(stretch, step)) > resolutionUs);
    return inAStep ? [{ ...stretch, lane: name }] : [];
  });
}

/** When the platform was not watched. */
export function blindPlatform(facts: RunFacts): Stretch[] {
  return union(
    facts.events
      .filter((event) => event.kind === 'blind' && event.subject.kind !== 'lane')
      .map((event) => ({ fromUs: event.earliestUs, toUs: event.latestUs })),
  );
}

function lengthUs(stretch: Stretch | null): number {
  return stretch === null ? -1 : stretch.toUs - stretch.fromUs;
}
