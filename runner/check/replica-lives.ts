import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Stretch } from './stretch.ts';
import { podOf } from './terminations.ts';

/** A condition that became true or false, somewhere in [earliestUs, latestUs]. */
interface Turn {
  earliestUs: number;
  latestUs: number;
  to: boolean;
}

/** What is known of one replica over time; each list of turns begins at false and is sorted by latestUs. */
export interface ReplicaLife {
  pod: string;
  owner: string | null;
  /** Ready, not on its way out, its container running. */
  ready: Turn[];
  /** Created and not on its way out. */
  present: Turn[];
  routed: Turn[];
}

export function replicaLives(facts: RunFacts): ReplicaLife[] {
  const lives = new Map<string, ReplicaLife & { leaving: boolean }>();
  for (const event of [...facts.events].sort((a, b) => a.latestUs - b.latestUs)) {
    const pod = podOf(event);
    if (pod === null) continue;
    const life = lives.get(pod) ?? { pod, owner: null, ready: [], present: [], routed: [], leaving: false };
    lives.set(pod, life);
    const turn = (to: boolean): Turn => ({ earliestUs: event.earliestUs, latestUs: event.latestUs, to });
    if (event.kind === 'route-added' || event.kind === 'route-removed') {
      life.routed.push(turn(event.kind === 'route-added'));
      continue;
    }
    if (event.subject.kind === 'endpoint') continue;
    life.owner ??= event.owner ?? null;
    if (life.present.length === 0)
      life.present.push({ ...turn(true), ...(event.kind === 'created' ? {} : unknownStart) });
    if (event.kind === 'terminating' || event.kind === 'gone') {
      life.leaving = true;
      life.present.push(turn(false));
      life.ready.push(turn(false));
    } else if (event.kind === 'unready' || event.kind === 'exited') life.ready.push(turn(false));
    else if (event.kind === 'ready' && !life.leaving) life.ready.push(turn(true));
  }
  return [...lives.values()].filter(({ present }) => present.length > 0);
}

/** It was there before anybody looked. */
const unknownStart = { earliestUs: Number.NEGATIVE_INFINITY };

/** What is known of a condition at a moment; null where it may be either. */
export function known(turns: readonly Turn[], us: number): boolean | null {
  let value = false;
  for (const { latestUs, to } of turns) if (latestUs <= us) value = to;
  const unsure = turns.some(({ earliestUs, latestUs, to }) => earliestUs <= us && us < latestUs && to !== value);
  return unsure ? null : value;
}

/** How many surely were, and how many may have been. */
export interface Range {
  least: number;
  most: number;
}

export function countAt(
  lives: readonly ReplicaLife[],
  us: number,
  of: (life: ReplicaLife, us: number) => boolean | null,
): Range {
  let least = 0;
  let most = 0;
  for (const life of lives) {
    const value = of(life, us);
    if (value === true) least++;
    if (value !== false) most++;
  }
  return { least, most };
}

export function isReady(life: ReplicaLife, us: number): boolean | null {
  return known(life.ready, us);
}

export function isPresent(life: ReplicaLife, us: number): boolean | null {
  return known(life.present, us);
}

/** Ready, and new connections can go to it. */
export function isServing(life: ReplicaLife, us: number): boolean | null {
  const ready = known(life.ready, us);
  const routed = known(life.routed, us);
  if (ready === false || routed === false) return false;
  return ready === null || routed === null ? null : true;
}

/** Every moment at which something may have changed, in order. */
export function momentsOf(
  lives: readonly ReplicaLife[],
  events: readonly Event[] = [],
  stretches: readonly Stretch[] = [],
): number[] {
  const turns = lives.flatMap(({ ready, present, routed }) => [...ready, ...present, ...routed]);
  const moments = [
    ...[...turns, ...events].flatMap(({ earliestUs, latestUs }) => [earliestUs, latestUs]),
    ...stretches.flatMap(({ fromUs, toUs }) => [fromUs, toUs]),
  ];
  return [...new Set(moments)].sort((a, b) => a - b);
}
