import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import { blindPlatform, type Stretch, union } from './stretch.ts';
import { podOf } from './terminations.ts';

/** A time in which new connections could surely go to these replicas and to no others; ends are not included. */
export interface RoutedSet extends Stretch {
  pods: readonly string[];
}

/** A change takes a moment to reach the threads that connect. */
const marginUs = 50_000;
/** kube-proxy writes its rules at most once a second by default, after the list has changed (research, Facts about Kubernetes). */
const endpointLagUs = 2_000_000;

/**
 * What new connections could choose from, over time, in order. Around each change, and while the platform was not
 * watched or we were held up, nothing is known: those times lie between the sets. null where the platform told nothing.
 * `service`: of this one; null: of all, where there is but one.
 */
export function routedSets(facts: RunFacts, service: string | null = null): RoutedSet[] | null {
  const routes = changes(facts, service, 'route-', 0);
  const all = routes.length > 0 ? routes : changes(facts, service, 'endpoint-', endpointLagUs);
  if (all.length === 0) return null;
  const sets: RoutedSet[] = [];
  const pods = new Set<string>();
  let applied = 0;
  let fromUs = Number.NEGATIVE_INFINITY;
  for (const unsure of union([...all, ...blindTimes(facts)])) {
    sets.push({ fromUs, toUs: unsure.fromUs, pods: [...pods] });
    for (; applied < all.length && (all[applied] as Change).toUs <= unsure.toUs; applied++) {
      const { pod, added } = all[applied] as Change;
      if (added) pods.add(pod);
      else pods.delete(pod);
    }
    fromUs = unsure.toUs;
  }
  sets.push({ fromUs, toUs: Number.POSITIVE_INFINITY, pods: [...pods] });
  return sets;
}

/** Of the platform's list, and of the threads that connect: after a stall they may not have heard of a change yet. */
function blindTimes(facts: RunFacts): Stretch[] {
  const lanes = facts.events
    .filter(({ kind, subject }) => kind === 'blind' && subject.kind === 'lane')
    .map(({ earliestUs, latestUs }) => ({ fromUs: earliestUs, toUs: latestUs }));
  return [...lanes, ...blindPlatform(facts, ['endpointslices'])].map(({ fromUs, toUs }) => ({
    fromUs: fromUs - marginUs,
    toUs: toUs + marginUs,
  }));
}

interface Change extends Stretch {
  pod: string;
  added: boolean;
}

function changes(facts: RunFacts, service: string | null, prefix: 'route-' | 'endpoint-', lagUs: number): Change[] {
  return facts.events
    .flatMap((event: Event) => {
      const pod = podOf(event);
      if (pod === null || !event.kind.startsWith(prefix)) return [];
      if (service !== null && event.owner !== undefined && event.owner !== service) return [];
      return {
        pod,
        added: event.kind.endsWith('-added'),
        fromUs: event.earliestUs - marginUs,
        toUs: event.latestUs + lagUs + marginUs,
      };
    })
    .sort((a, b) => a.toUs - b.toUs);
}

/** Which set a moment falls into, by place; -1 where that is not known. */
export function setAt(sets: readonly RoutedSet[], us: number, guess: number): number {
  const guessed = sets[guess];
  if (guessed !== undefined && guessed.fromUs < us && us < guessed.toUs) return guess;
  return sets.findIndex(({ fromUs, toUs }) => fromUs < us && us < toUs);
}
