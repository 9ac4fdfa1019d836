import type { DeploymentState, TargetState } from '../../targets/target.ts';
import { leftovers, noneLeaving, rolloutOver } from './conditions.ts';
import { crashTeller, killedAtLast, livePods, unfinished } from './replace.ts';
import type { StepContext, StepOutcome } from './step.ts';
import { sleepUs, waitFor } from './wait-for.ts';

/** Of a rollout that hitless did not start. */
export interface RolloutOfOthers {
  /** What was there when it could not have begun yet. */
  before: TargetState;
  /** How long it may take to begin, from now. */
  withinUs: number;
  /** From now. */
  timeoutUs: number;
  settleUs: number;
}

/**
 * Waits until somebody has replaced replicas and that is over, in the sense of `rolloutOver`, for everything that the target
 * shows. Where nothing is replaced the step is in doubt: traffic then proved nothing about a rollout.
 */
export async function untilRolledOut(
  { before, withinUs, timeoutUs, settleUs }: RolloutOfOthers,
  context: StepContext,
): Promise<StepOutcome> {
  const { target, signal } = context;
  const pods = livePods(before);
  const endMs = performance.now() + timeoutUs / 1000;
  const leftUs = () => Math.max(0, (endMs - performance.now()) * 1000);
  const tellCrashes = crashTeller(context);
  const hasReplaced = (state: TargetState) => isReplaced(pods, state);
  const hasBegun = (state: TargetState) => hasReplaced(state) || hasChanged(before, state);

  let began = await begins(hasBegun, Math.min(withinUs, leftUs()), context);
  while (began) {
    const end = await waitFor(context, leftUs(), (state) => {
      tellCrashes(state);
      const stuck = state.deployments.find((deployment) => isNewlyStuck(deployment, before));
      if (stuck !== undefined) return stuck;
      const isOver = state.deployments.every((deployment) => rolloutOver(deployment, state));
      return isOver && noneLeaving(state) ? 'over' : undefined;
    });
    if (end !== 'over') return cutShort(end, timeoutUs, target.state());
    if (hasReplaced(target.state())) {
      await sleepUs(settleUs, signal);
      const state = target.state();
      const replaced = [...pods].filter((pod) => !livePods(state).has(pod)).length;
      return { terminationsWatched: true, replaced, ...killedAtLast(pods, state, context) };
    }
    // It may have been scaled up, or not been seen for a moment: the rollout may be to come.
    began = await begins(hasReplaced, Math.min(withinUs, leftUs()), context);
  }
  return nothingReplaced(target.state(), Math.min(withinUs, timeoutUs));
}

/** Waits until no rollout is under way; one that was and goes on is told, as what it loses would look like the next one's. */
export async function untilOver(timeoutUs: number, context: StepContext): Promise<StepOutcome> {
  const isOver = (state: TargetState) =>
    state.deployments.every((deployment) => deployment.progress === 'stuck' || rolloutOver(deployment, state));
  await waitFor(context, timeoutUs, (state) => (isOver(state) ? true : undefined));
  return tellUnderWay(context);
}

/** Of a rollout that is under way now: what it loses is counted as the next one's. */
export function tellUnderWay({ target, notice }: StepContext): StepOutcome {
  const state = target.state();
  const under = state.deployments.filter((deployment) => !rolloutOver(deployment, state)).map(({ name }) => name);
  if (under.length === 0) return {};
  const message = `a rollout of ${under.join(', ')} was under way before: what it loses is counted too`;
  notice(message);
  return { message };
}

async function begins(has: (state: TargetState) => boolean, withinUs: number, context: StepContext): Promise<boolean> {
  return (await waitFor(context, withinUs, (state) => (has(state) ? true : undefined))) === true;
}

/** One that was there is on its way out, or gone. */
function isReplaced(pods: ReadonlySet<string>, { replicas }: TargetState): boolean {
  return replicas.some(({ pod, phase }) => pods.has(pod) && (phase === 'terminating' || phase === 'exited'));
}

function hasChanged(before: TargetState, state: TargetState): boolean {
  if (state.deployments.length !== before.deployments.length) return true;
  return state.deployments.some((deployment) => {
    const earlier = earlierOf(deployment, before);
    return earlier?.revision !== deployment.revision || isTurned('progressing', deployment, earlier);
  });
}

/** A rollout that got stuck long ago may be what this one mends. */
function isNewlyStuck(deployment: DeploymentState, before: TargetState): boolean {
  const earlier = earlierOf(deployment, before);
  return (
    isTurned('stuck', deployment, earlier) ||
    (deployment.progress === 'stuck' && earlier?.revision !== deployment.revision)
  );
}

function isTurned(
  to: DeploymentState['progress'],
  { progress }: DeploymentState,
  earlier: DeploymentState | undefined,
): boolean {
  return progress === to && earlier?.progress !== to;
}

function earlierOf({ name }: DeploymentState, before: TargetState): DeploymentState | undefined {
  return before.deployments.find((one) => one.name === name);
}

function cutShort(stuck: DeploymentState | null, timeoutUs: number, state: TargetState): StepOutcome {
  if (stuck !== null) return unfinished(stuck.name, 'stuck', timeoutUs, state);
  const late = state.deployments.find((deployment) => !rolloutOver(deployment, state));
  return late === undefined ? {} : unfinished(late.name, null, timeoutUs, state);
}

function nothingReplaced({ deployments, replicas }: TargetState, withinUs: number): StepOutcome {
  const names = deployments.map(({ name }) => name).join(', ');
  const dying = deployments.flatMap((deployment) => leftovers(deployment, { deployments, replicas }));
  return {
    verdict: 'inconclusive',
    message: `no-rollout: no replica of ${names || 'what was watched'} was replaced within ${withinUs / 1e6} s, so nothing was put to the test`,
    hint: 'let the command change what the Service leads to, or give it longer to begin (--wait-for)',
    replaced: 0,
    ...(dying.length > 0 && { terminationsWatched: false }),
  };
}
