import { replaceReplicas } from './replace.ts';
import type { StepContext, StepOutcome, StepRunner } from './step.ts';
import { deploymentOf, orInterrupted, waitFor } from './wait-for.ts';

/** Gives a Deployment another image, until that is over, or, where it is wanted, until it is stuck. */
export const rollout: StepRunner<'rollout'> = async (input, context) => {
  deploymentOf(context.target.state(), input.deployment);
  const start = () => context.target.rollout(input.deployment, input.image);
  if (input.until === 'complete') return replaceReplicas(input, context, start);
  await orInterrupted(start(), context.signal);
  return untilStuck(input, context);
};

async function untilStuck(
  { deployment: name, timeoutUs }: { deployment: string; timeoutUs: number },
  context: StepContext,
): Promise<StepOutcome> {
  const end = await waitFor(context, timeoutUs, (state) => {
    const { progress } = deploymentOf(state, name);
    return progress === 'progressing' ? undefined : progress;
  });
  if (end === 'stuck')
    return { message: `stuck, as wanted: ${deploymentOf(context.target.state(), name).reason ?? ''}` };
  const what = end === 'complete' ? 'was completed' : `was neither completed nor stuck within ${timeoutUs / 1e6} s`;
  return { verdict: 'fail', message: `the rollout of ${name} should have got stuck, but it ${what}` };
}
