import type { RunFacts, StepFacts } from '../../record/facts.ts';

/** Steps that change which version answers. */
const verbs: readonly string[] = ['rollout', 'undo', 'switch'];

/** In order. */
export function versionChanges(facts: RunFacts): StepFacts[] {
  return facts.steps.filter(({ verb }) => verbs.includes(verb)).sort((a, b) => a.fromUs - b.fromUs);
}

/** What may have changed which version answers, though nobody says so. */
export interface UnknownChange {
  step: StepFacts;
  /** What comes from here on is another change, or the way back. */
  untilUs: number;
  /** Old replicas were replaced, and each was watched to its end: the end of the step is the end of the change. */
  isSeen: boolean;
}

/** The first step that replaced replicas though it is no rollout of ours; else the first command, whatever that does. */
export function unknownChange({ steps, rollback }: RunFacts): UnknownChange | null {
  const inOrder = steps.filter((step) => step.rollback !== true).toSorted((a, b) => a.fromUs - b.fromUs);
  const [replacing, next] = inOrder.filter(({ replaced = 0 }) => replaced > 0);
  const step = replacing ?? inOrder.find(({ verb }) => verb === 'run');
  if (step === undefined) return null;
  const untilUs = Math.min(next?.fromUs ?? Number.POSITIVE_INFINITY, rollback?.fromUs ?? Number.POSITIVE_INFINITY);
  return { step, untilUs, isSeen: step === replacing && step.terminationsWatched === true };
}

/** Interrupted before it was over: what the rest of it, and the time after it, would have shown is not known. */
export function isCutShort({ complete, steps }: RunFacts, step: StepFacts): boolean {
  return !complete && step.verdict === 'inconclusive' && step === steps.at(-1);
}
