import { HitlessError } from '../../record/error.ts';
import type { TargetState } from '../../targets/target.ts';
import { exitInWords, isServing, whyNotReady } from './conditions.ts';
import type { StepRunner } from './step.ts';
import { orInterrupted, waitFor } from './wait-for.ts';

/** One restart can be bad luck; an app that ended twice before it was ready once will not serve. */
const restartsThatCondemn = 2;

/** Creates what the manifests say and waits until all of it serves. */
export const deploy: StepRunner<'deploy'> = async ({ timeoutUs }, context) => {
  await orInterrupted(context.target.apply(), context.signal);
  const served = await waitFor(context, timeoutUs, (state) => {
    rejectCrashing(state);
    return state.deployments.every((deployment) => isServing(deployment, state)) ? true : undefined;
  });
  if (served) return {};
  const state = context.target.state();
  const late = state.deployments.find((deployment) => !isServing(deployment, state));
  throw new HitlessError(
    'HITLESS_NOT_READY',
    `${late?.name ?? 'the deployment'} was not ready within ${timeoutUs / 1e6} s: ${late ? whyNotReady(late, state) : 'unknown'}`,
    { blame: 'app', hint: 'look at the logs of its replicas in the folder of this run' },
  );
};

function rejectCrashing(state: TargetState): void {
  for (const replica of state.replicas) {
    const { lastExit } = replica;
    if (!lastExit || replica.ready || replica.restarts < restartsThatCondemn) continue;
    throw new HitlessError(
      'HITLESS_APP_EXITS',
      `${replica.pod} does not stay up: ${exitInWords(lastExit)}; it was started ${replica.restarts + 1} times`,
      { blame: 'app', hint: 'start its command by hand and see what it says' },
    );
  }
}
