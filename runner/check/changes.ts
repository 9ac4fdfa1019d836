import type { RunFacts, StepFacts } from '../../record/facts.ts';

/** Steps that change which version answers. */
const verbs: readonly string[] = ['rollout', 'undo', 'switch'];

/** In order. */
export function versionChanges(facts: RunFacts): StepFacts[] {
  return facts.steps.filter(({ verb }) => verbs.includes(verb)).sort((a, b) => a.fromUs - b.fromUs);
}
