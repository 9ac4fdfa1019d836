import { HitlessError } from '../../record/error.ts';
import { isServing } from './conditions.ts';
import { untilOver, untilRolledOut } from './rolled-out.ts';
import type { StepContext, StepOutcome, StepRunner } from './step.ts';
import { deploymentOf, orInterrupted, sleepUs, waitFor } from './wait-for.ts';

/** Waits for something that is expected to come by itself. */
export const wait: StepRunner<'wait'> = async (input, context) => {
  if (input.until === 'requests-sent') return untilSent(input.timeoutUs, context);
  const { deployment: name, until, timeoutUs, withinUs, settleUs } = input;
  // A command that has just ended may have begun a rollout that nobody has heard of yet.
  if (context.target.refresh) await orInterrupted(context.target.refresh(), context.signal);
  if (until === 'over') return untilOver(timeoutUs, context);
  if (until === 'rolled-out')
    return untilRolledOut(
      { before: context.target.state(), withinUs, timeoutUs: withinUs + timeoutUs, settleUs },
      context,
    );
  const came = await waitFor(context, timeoutUs, (state) => {
    const wanted = name === null ? state.deployments : [deploymentOf(state, name)];
    const there = wanted.every((deployment) =>
      until === 'available' ? isServing(deployment, state) : deployment.progress === until,
    );
    return there ? true : undefined;
  });
  if (came) return {};
  return { verdict: 'fail', message: `${name ?? 'the deployments'} not ${until} within ${timeoutUs / 1e6} s` };
};

async function untilSent(timeoutUs: number, { traffic, signal }: StepContext): Promise<StepOutcome> {
  if (!traffic)
    throw new HitlessError('HITLESS_NO_TRAFFIC', 'requests-sent waits for traffic, which begins after deploy', {
      blame: 'usage',
    });
  const settled = new AbortController();
  const timeout = sleepUs(timeoutUs, AbortSignal.any([signal, settled.signal])).then(() => 'late' as const);
  timeout.catch(() => {});
  const end = await orInterrupted(Promise.race([traffic.finished, timeout]), signal);
  settled.abort();
  if (end !== 'late') return {};
  return {
    verdict: 'inconclusive',
    message: `the requests were not all sent within ${timeoutUs / 1e6} s`,
    hint: 'give the step a longer timeout, or the lanes a higher rate or fewer requests',
  };
}
