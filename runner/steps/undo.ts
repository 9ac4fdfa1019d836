import { replaceReplicas } from './replace.ts';
import type { StepRunner } from './step.ts';
import { deploymentOf } from './wait-for.ts';

/** Back to the revision before, as `kubectl rollout undo`. */
export const undo: StepRunner<'undo'> = async (input, context) => {
  deploymentOf(context.target.state(), input.deployment);
  return replaceReplicas(input, context, () => context.target.undo(input.deployment));
};
