import { HitlessError } from '../../record/error.ts';
import type { TargetState } from '../../targets/target.ts';
import { doesNotStayUp, isCrashing, isServing, whyNotReady } from './conditions.ts';
import type { StepContext, StepRunner } from './step.ts';
import { orInterrupted, sleepUs, waitFor } from './wait-for.ts';

/**
 * Without a readiness probe a replica counts as ready from its start, and that it has exited is known up to 1.4 s later
 * (measured, docs/local-target.md; the kubelet looks once a second, genericPlegRelistPeriod): what serves must still do so
 * after that, or an app that exits at once would have been deployed.
 */
const staysUpUs = 2_000_000;

/** Creates what the manifests say and waits until all of it serves, and goes on to. */
export const deploy: StepRunner<'deploy'> = async ({ timeoutUs }, context) => {
  await orInterrupted(context.target.apply(), context.signal);
  const endUs = performance.now() * 1000 + timeoutUs;
  while (await untilServing(endUs - performance.now() * 1000, context)) {
    await sleepUs(staysUpUs, context.signal);
    const state = context.target.state();
    rejectCrashing(state);
    if (servesAll(state)) return {};
  }
  const state = context.target.state();
  const late = state.deployments.find((deployment) => !isServing(deployment, state));
  throw new HitlessError(
    'HITLESS_NOT_READY',
    `${late?.name ?? 'the deployment'} was not ready within ${timeoutUs / 1e6} s: ${late ? whyNotReady(late, state) : 'unknown'}`,
    { blame: 'app', hint: 'look at the logs of its replicas in the folder of this run' },
  );
};

function untilServing(leftUs: number, context: StepContext): Promise<true | null> {
  return waitFor(context, Math.max(0, leftUs), (state) => {
    rejectCrashing(state);
    return servesAll(state) ? true : undefined;
  });
}

function servesAll(state: TargetState): boolean {
  return state.deployments.every((deployment) => isServing(deployment, state));
}

/** One exit can be bad luck; an app that the platform already holds back from another start will not serve. */
function rejectCrashing(state: TargetState): void {
  for (const replica of state.replicas) {
    if (!isCrashing(replica)) continue;
    throw new HitlessError('HITLESS_APP_EXITS', doesNotStayUp(replica), {
      blame: 'app',
      hint: 'start its command by hand and see what it says',
    });
  }
}
