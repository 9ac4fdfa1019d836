import { HitlessError } from '../../record/error.ts';
import type { TargetState } from '../../targets/target.ts';
import { leftovers, rolloutOver, whyNotReady } from './conditions.ts';
import type { StepContext, StepOutcome, StepRunner } from './step.ts';
import { orInterrupted, sleepUs, waitFor } from './wait-for.ts';

/** How long the platform may take to show what it did to the pods of the node, and stragglers are watched for at the end. */
const settleUs = 1_000_000;

/**
 * Moves everything of the run away from a node and waits until each Deployment serves in full again, and what was moved
 * has ended and no connection is led to it. A budget that lets nothing go makes the step fail at its timeout.
 *
 * @throws HitlessError HITLESS_NO_NODES where the target has none
 */
export async function drainNode(node: string, timeoutUs: number, context: StepContext): Promise<StepOutcome> {
  const { target, signal } = context;
  if (target.drain === undefined)
    throw new HitlessError('HITLESS_NO_NODES', `the target ${target.kind} has no nodes to drain`, { blame: 'usage' });
  const fromMs = performance.now();
  const leftUs = () => Math.max(0, timeoutUs - (performance.now() - fromMs) * 1000);
  const drained = target.drain(node).then(() => true);
  const late = new AbortController();
  const tooLate = sleepUs(timeoutUs, AbortSignal.any([signal, late.signal])).then(() => false);
  tooLate.catch(() => {});
  const isDrained = await orInterrupted(Promise.race([drained, tooLate]), signal).finally(() => late.abort());
  drained.catch(() => {});
  if (!isDrained)
    return {
      verdict: 'fail',
      message: `${node} was not drained within ${timeoutUs / 1e6} s: a budget lets no pod go, or none finds another node`,
      terminationsWatched: false,
    };
  await sleepUs(settleUs, signal);
  const over = await waitFor(context, leftUs(), (state) => (isOver(state) ? true : undefined));
  if (over !== true) return unfinished(node, timeoutUs, target.state());
  await sleepUs(settleUs, signal);
  return { terminationsWatched: true };
}

function isOver(state: TargetState): boolean {
  return state.deployments.every((deployment) => rolloutOver(deployment, state));
}

function unfinished(node: string, timeoutUs: number, state: TargetState): StepOutcome {
  const late = state.deployments.find((deployment) => !rolloutOver(deployment, state));
  const why = late === undefined ? 'it is over by now' : `${late.name}: ${whyNotReady(late, state)}`;
  const dying = late === undefined ? [] : leftovers(late, state);
  const message = `${timeoutUs / 1e6} s after ${node} was drained not all served again: ${why}`;
  if (dying.length === 0 || late?.progress !== 'complete')
    return { verdict: 'fail', message, terminationsWatched: false };
  const hint = 'give the step a longer timeout than the grace';
  return { verdict: 'inconclusive', message, hint, terminationsWatched: false };
}

export const drain: StepRunner<'drain'> = ({ node, timeoutUs }, context) => drainNode(node, timeoutUs, context);
