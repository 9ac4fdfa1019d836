import { isServing, leftovers, scaledOver, whyNotReady } from './conditions.ts';
import type { StepRunner } from './step.ts';
import { deploymentOf, orInterrupted, sleepUs, waitFor } from './wait-for.ts';

/** Gives a Deployment another number of replicas, until those serve and the ones that are too many have ended. */
export const scale: StepRunner<'scale'> = async ({ deployment: name, replicas, settleUs, timeoutUs }, context) => {
  const { target, signal } = context;
  deploymentOf(target.state(), name);
  await orInterrupted(target.scale(name, replicas), signal);
  const over = await waitFor(context, timeoutUs, (state) => {
    const deployment = deploymentOf(state, name);
    return deployment.promise.replicas === replicas && scaledOver(deployment, state) ? true : undefined;
  });
  if (over) {
    await sleepUs(settleUs, signal);
    return { terminationsWatched: true };
  }
  const state = target.state();
  const deployment = deploymentOf(state, name);
  const dying = leftovers(deployment, state).map((replica) => replica.pod);
  if (isServing(deployment, state) && dying.length > 0)
    return {
      verdict: 'inconclusive',
      message: `${dying.join(', ')} had not ended ${timeoutUs / 1e6} s after ${name} was scaled`,
      hint: 'give the step a longer timeout than the grace',
      terminationsWatched: false,
    };
  return {
    verdict: 'fail',
    message: `${name} did not come to ${replicas} replicas within ${timeoutUs / 1e6} s: ${whyNotReady(deployment, state)}`,
    terminationsWatched: false,
  };
};
