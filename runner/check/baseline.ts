import type { RunFacts } from '../../record/facts.ts';
import { terminations } from './terminations.ts';

/** A function of a scenario's own, or a command, may only look; that it did more is what is assumed. */
const changing: readonly string[] = ['rollout', 'undo', 'switch', 'scale', 'kill', 'drain', 'exec', 'run', 'custom'];

/**
 * When something began to change under traffic: at the first step that changes something, or before it where somebody
 * else's rollout began or a replica was told to go. The time before is the baseline; a termination that had begun before
 * traffic leaves none. null: nothing changed at all.
 */
export function firstChangeUs(facts: RunFacts): number | null {
  const { steps, events, trafficFromUs, trafficToUs } = facts;
  const isMet = (fromUs: number, toUs: number) => fromUs <= trafficToUs && toUs >= trafficFromUs;
  const moments = [
    ...steps.filter(({ verb, fromUs, toUs }) => changing.includes(verb) && isMet(fromUs, toUs)),
    ...terminations(facts).filter(({ fromUs, toUs }) => isMet(fromUs, toUs)),
    ...events
      .filter(({ kind, earliestUs }) => kind === 'rollout-started' && isMet(earliestUs, earliestUs))
      .map(({ earliestUs }) => ({ fromUs: earliestUs })),
  ].map(({ fromUs }) => fromUs);
  return moments.length === 0 ? null : Math.max(trafficFromUs, Math.min(...moments));
}
