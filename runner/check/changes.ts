import type { RunFacts, StepFacts } from '../../record/facts.ts';

/** Steps that change which version answers. */
const verbs: readonly string[] = ['rollout', 'undo', 'switch'];

/** In order. */
export function versionChanges(facts: RunFacts): StepFacts[] {
  return facts.steps.filter(({ verb }) => verbs.includes(verb)).sort((a, b) => a.fromUs - b.fromUs);
}

/** Interrupted before it was over: what the rest of it, and the time after it, would have shown is not known. */
export function isCutShort({ complete, steps }: RunFacts, step: StepFacts): boolean {
  return !complete && step.verdict === 'inconclusive' && step === steps.at(-1);
}
