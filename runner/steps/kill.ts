import { replicasOf, routesSettled } from './conditions.ts';
import type { StepRunner } from './step.ts';
import { deploymentOf, orInterrupted, waitFor } from './wait-for.ts';

/** Kills one replica's container, as `docker kill`, and waits until as many replicas serve as before. */
export const kill: StepRunner<'kill'> = async ({ deployment: name, signal: killSignal, timeoutUs }, context) => {
  const { target, signal } = context;
  const wanted = deploymentOf(target.state(), name).promise.replicas;
  const restartsBefore = new Map(target.state().replicas.map(({ pod, restarts }) => [pod, restarts]));
  const pod = await orInterrupted(target.kill(name, { signal: killSignal }), signal);
  context.notice(`${killSignal} to ${pod}`);
  const died = await waitFor(context, timeoutUs, (state) => {
    const victim = state.replicas.find((replica) => replica.pod === pod);
    if (!victim || victim.phase === 'exited' || !victim.ready) return true;
    return victim.restarts > (restartsBefore.get(pod) ?? 0) ? true : undefined;
  });
  if (!died) return { verdict: 'fail', message: `${pod} took ${killSignal} and lived on` };
  const recovered = await waitFor(context, timeoutUs, (state) => {
    const own = replicasOf(state, name);
    return own.filter((replica) => replica.ready).length >= wanted && routesSettled(own) ? true : undefined;
  });
  if (recovered) return {};
  const ready = replicasOf(target.state(), name).filter((replica) => replica.ready).length;
  return {
    verdict: 'fail',
    message: `${timeoutUs / 1e6} s after ${pod} was killed only ${ready} of ${wanted} replicas were ready`,
  };
};
