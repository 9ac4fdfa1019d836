import type { RunFacts } from '../../record/facts.ts';
import { terminations } from './terminations.ts';

/** A function of a scenario's own, or a command, may only look; that it did more is what is assumed. */
const changing: readonly string[] = ['rollout', 'undo', 'switch', 'scale', 'kill', 'drain', 'exec', 'run', 'custom'];

/** The time under traffic before anything changed. */
export interface Baseline {
  /** What was sent before may be of an earlier rollout, whose end was waited for. */
  fromUs: number;
  /** What was under way then may have failed by the change. Infinity: nothing changed at all. */
  toUs: number;
}

/**
 * From the start of traffic, or the end of a first step that waits until an earlier rollout is over, until something
 * began to change: at the first step that changes something, or before it where somebody else's rollout began or a
 * replica was told to go. Empty where one was on its way out already.
 */
export function baselineOf(facts: RunFacts): Baseline {
  const { events, trafficFromUs, trafficToUs } = facts;
  const fromUs = calmUs(facts);
  const isMet = (one: { fromUs: number; toUs: number }) => one.fromUs <= trafficToUs && one.toUs >= fromUs;
  const moments = [
    ...facts.steps.filter((step) => isMet(step) && (changing.includes(step.verb) || (step.replaced ?? 0) > 0)),
    ...terminations(facts).filter(isMet),
    ...events
      .filter(({ kind }) => kind === 'rollout-started')
      .map(({ earliestUs }) => ({ fromUs: earliestUs, toUs: earliestUs }))
      .filter(isMet),
  ].map((one) => one.fromUs);
  const toUs = Math.min(Number.POSITIVE_INFINITY, ...moments);
  return { fromUs: Math.max(trafficFromUs, fromUs), toUs: Math.max(trafficFromUs, fromUs, toUs) };
}

/** A wait for a rollout says how many replicas it replaced: that one is no calm. */
function calmUs({ steps, trafficFromUs }: RunFacts): number {
  const first = steps.toSorted((a, b) => a.fromUs - b.fromUs)[0];
  const isCalm = first?.verb === 'wait' && first.replaced === undefined && steps.length > 1;
  return isCalm ? first.toUs : trafficFromUs;
}
