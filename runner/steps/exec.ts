import { HitlessError } from '../../record/error.ts';
import { replicasOf } from './conditions.ts';
import { lastLine } from './run-command.ts';
import type { StepRunner } from './step.ts';
import { orInterrupted } from './wait-for.ts';

/** Runs a command inside a ready replica; any exit code but 0 fails. */
export const exec: StepRunner<'exec'> = async ({ deployment, command, timeoutUs }, { target, signal }) => {
  const pod = replicasOf(target.state(), deployment).find((replica) => replica.ready)?.pod;
  if (!pod)
    throw new HitlessError('HITLESS_NO_REPLICA', `no ready replica of ${deployment} to run a command in`, {
      blame: 'app',
    });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutUs / 1000)]);
  const { code, stdout, stderr } = await orInterrupted(target.exec(pod, command), limit);
  if (code === 0) return {};
  return {
    verdict: 'fail',
    message: `${command.join(' ')} in ${pod} ended with ${code}: ${lastLine(stderr || stdout)}`,
  };
};
