import { HitlessError } from '../../record/error.ts';
import { routesSettled } from './conditions.ts';
import type { StepRunner } from './step.ts';
import { orInterrupted, sleepUs, waitFor } from './wait-for.ts';

/** Points a Service at other replicas, and waits until new connections follow. */
export const switchService: StepRunner<'switch'> = async ({ service, selector, settleUs, timeoutUs }, context) => {
  const { target, signal } = context;
  await orInterrupted(target.switch(service, selector), signal);
  const followed = await waitFor(context, timeoutUs, (state) => (routesSettled(state.replicas) ? true : undefined));
  if (!followed)
    return {
      verdict: 'inconclusive',
      message: `connections still went to the old replicas ${timeoutUs / 1e6} s later`,
      hint: 'give the step a longer timeout',
    };
  if (!target.state().replicas.some((replica) => replica.routed))
    throw new HitlessError(
      'HITLESS_NOTHING_SELECTED',
      `after the switch ${service} leads nowhere: no ready replica has the labels ${JSON.stringify(selector)}`,
      { blame: 'app' },
    );
  await sleepUs(settleUs, signal);
  return {};
};
