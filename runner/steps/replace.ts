import type { TargetState } from '../../targets/target.ts';
import { doesNotStayUp, isCrashing, leftovers, replicasOf, rolloutOver, whyNotReady } from './conditions.ts';
import type { StepContext, StepOutcome } from './step.ts';
import { deploymentOf, orInterrupted, sleepUs, waitFor } from './wait-for.ts';

interface Replacement {
  deployment: string;
  settleUs: number;
  timeoutUs: number;
}

/**
 * Replaces the replicas of a Deployment by those of another revision (`start` says to which) and waits until that is
 * over, in the sense of `rolloutOver`, and then for `settleUs`.
 */
export async function replaceReplicas(
  { deployment: name, settleUs, timeoutUs }: Replacement,
  context: StepContext,
  start: () => Promise<void>,
): Promise<StepOutcome> {
  const { target, signal } = context;
  const before = livePods(target.state(), name);
  const tellCrashes = crashTeller(context, name);
  await orInterrupted(start(), signal);
  const end = await waitFor(context, timeoutUs, (state) => {
    const deployment = deploymentOf(state, name);
    tellCrashes(state);
    if (deployment.progress === 'stuck') return 'stuck';
    return rolloutOver(deployment, state) ? 'over' : undefined;
  });
  if (end !== 'over') return unfinished(name, end, timeoutUs, target.state());
  await sleepUs(settleUs, signal);
  const replaced = [...before].filter((pod) => !livePods(target.state(), name).has(pod)).length;
  if (replaced > 0) return { terminationsWatched: true, replaced, ...killedAtLast(before, target.state(), context) };
  return {
    verdict: 'inconclusive',
    message: `nothing was replaced: ${name} already was what it was told to become`,
    hint: 'roll out another version than the one that is deployed',
    replaced,
  };
}

/** Kubernetes goes on while new replicas crash, and so does the step; but the person who watches is told, once each. */
export function crashTeller({ notice }: StepContext, deployment?: string): (state: TargetState) => void {
  const told = new Set<string>();
  return (state) => {
    for (const replica of deployment === undefined ? state.replicas : replicasOf(state, deployment)) {
      if (!isCrashing(replica) || told.has(replica.pod)) continue;
      told.add(replica.pod);
      notice(doesNotStayUp(replica));
    }
  };
}

/** Nothing may have been lost, but what was under way at the end of the grace would have been. */
export function killedAtLast(before: ReadonlySet<string>, state: TargetState, { notice }: StepContext): StepOutcome {
  const old = state.replicas.filter(({ pod }) => before.has(pod));
  const killed = old.filter(({ lastExit }) => lastExit?.code === 137);
  if (killed.length === 0) return {};
  const message = `${killed.length} of ${old.length} old replicas did not end by themselves and were killed at the end of their grace: a request under way then would have been lost`;
  notice(message);
  return { message };
}

/** Of one Deployment, or of all. */
export function livePods(state: TargetState, deployment?: string): Set<string> {
  const replicas = deployment === undefined ? state.replicas : replicasOf(state, deployment);
  return new Set(replicas.filter((replica) => replica.phase !== 'exited').map((replica) => replica.pod));
}

export function unfinished(name: string, end: 'stuck' | null, timeoutUs: number, state: TargetState): StepOutcome {
  const deployment = deploymentOf(state, name);
  if (end === 'stuck')
    return {
      verdict: 'fail',
      message: `the rollout of ${name} got stuck: ${whyNotReady(deployment, state)}`,
      terminationsWatched: false,
    };
  const dying = leftovers(deployment, state).map((replica) => replica.pod);
  if (deployment.progress === 'complete' && dying.length > 0)
    return {
      verdict: 'inconclusive',
      message: `${dying.join(', ')} had not ended ${timeoutUs / 1e6} s after the rollout of ${name} began`,
      hint: 'give the step a longer timeout than the grace',
      terminationsWatched: false,
    };
  return {
    verdict: 'fail',
    message: `the rollout of ${name} was not over within ${timeoutUs / 1e6} s: ${whyNotReady(deployment, state)}`,
    terminationsWatched: false,
  };
}
