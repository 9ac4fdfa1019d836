import { HitlessError } from '../../record/error.ts';
import { replicasOf } from './conditions.ts';
import { lastLine } from './run-command.ts';
import type { StepRunner } from './step.ts';
import { orInterrupted, sleepUs } from './wait-for.ts';

/** Runs a command inside a ready replica; any exit code but 0 fails. */
export const exec: StepRunner<'exec'> = async ({ deployment, command, timeoutUs }, { target, signal }) => {
  const pod = replicasOf(target.state(), deployment).find((replica) => replica.ready)?.pod;
  if (!pod)
    throw new HitlessError('HITLESS_NO_REPLICA', `no ready replica of ${deployment} to run a command in`, {
      blame: 'app',
    });
  const limit = new AbortController();
  const late = sleepUs(timeoutUs, AbortSignal.any([signal, limit.signal])).then(() => null);
  late.catch(() => {});
  const end = await orInterrupted(Promise.race([target.exec(pod, command), late]), signal).finally(() => limit.abort());
  if (end === null)
    return { verdict: 'fail', message: `${command.join(' ')} in ${pod} was not done within ${timeoutUs / 1e6} s` };
  const { code, stdout, stderr } = end;
  if (code === 0) return {};
  return {
    verdict: 'fail',
    message: `${command.join(' ')} in ${pod} ended with ${code}: ${lastLine(stderr || stdout)}`,
  };
};
