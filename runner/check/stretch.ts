import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import { duration } from './phrases.ts';

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
 * From the start of the first step that traffic met to the end of the last: what lies between two steps is part of it.
 * null where there was none.
 */
function steppedThrough({ steps, trafficFromUs, trafficToUs }: RunFacts): Stretch | null {
  const met = steps.filter((step) => overlap(step, { fromUs: trafficFromUs, toUs: trafficToUs }) !== null);
  if (met.length === 0) return null;
  return { fromUs: Math.min(...met.map(({ fromUs }) => fromUs)), toUs: Math.max(...met.map(({ toUs }) => toUs)) };
}

/** Whether more of it than `resolutionUs` lies between the start of the first step and the end of the last. */
export function isDuringSteps(stretch: Stretch, facts: RunFacts, resolutionUs: number): boolean {
  const steps = steppedThrough(facts);
  const shared = steps === null ? null : overlap(stretch, steps);
  return shared !== null && shared.toUs - shared.fromUs > resolutionUs;
}

/** A stretch in which a lane could not send. */
interface BlindLane extends Stretch {
  lane: string;
  refused: boolean;
}

/**
 * When a lane could not send for longer than its resolution, while steps were taken: what happened then is not known. `lane`:
 * of this one alone. `refused`: it had no ports, files or buffers left, and was not busy.
 */
export function blindLanes(facts: RunFacts, lane: string | null): BlindLane[] {
  return facts.events.flatMap((event) => {
    if (event.kind !== 'blind' || event.subject.kind !== 'lane') return [];
    const name = event.subject.name;
    if (lane !== null && name !== lane) return [];
    const resolutionUs = (facts.lanes.find((one) => one.name === name)?.resolutionMs ?? 0) * 1000;
    const stretch = { fromUs: event.earliestUs, toUs: event.latestUs };
    return isDuringSteps(stretch, facts, resolutionUs)
      ? [{ ...stretch, lane: name, refused: event.message?.endsWith('refused to send') ?? false }]
      : [];
  });
}

/** Why `unseen` would not have been seen: the longest of these; null where there is none. */
export function blindDoubt(
  facts: RunFacts,
  lane: string | null,
  unseen: string,
): { message: string; hint: string } | null {
  const [longest] = blindLanes(facts, lane).sort((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs));
  if (longest === undefined) return null;
  return {
    message: `Lane ${longest.lane} could not send for ${duration((longest.toUs - longest.fromUs) / 1000)}, so ${unseen} in that time would not have been seen.`,
    hint: 'run on a machine with less else to do, or lower the rate',
  };
}

/** What of the platform is watched apart, as its API names it. */
export type Watched = 'pods' | 'deployments' | 'statefulsets' | 'daemonsets' | 'rollouts' | 'endpointslices';

/** When any of these was not watched. */
export function blindPlatform(facts: RunFacts, of: readonly Watched[]): Stretch[] {
  return blindStretches(facts, of, () => true);
}

/**
 * When any of these was not watched and that was not made up for: where a watch went on from where it had been cut off,
 * every change is known after all, within its interval.
 */
export function unseenPlatform(facts: RunFacts, of: readonly Watched[]): Stretch[] {
  return blindStretches(facts, of, ({ reason }) => reason !== 'Resumed');
}

function blindStretches({ events }: RunFacts, of: readonly string[], counts: (event: Event) => boolean): Stretch[] {
  const isOf = ({ kind, name }: Event['subject']) => kind !== 'lane' && (kind !== 'watch' || of.includes(name));
  const blind = events.filter((event) => event.kind === 'blind' && isOf(event.subject) && counts(event));
  return union(blind.map((event) => ({ fromUs: event.earliestUs, toUs: event.latestUs })));
}
