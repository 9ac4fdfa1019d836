import type { DeploymentState, ReplicaState, TargetState } from '../../targets/target.ts';

/** Connections follow just what the platform lists: no change is still spreading. */
export function routesSettled(replicas: readonly ReplicaState[]): boolean {
  return replicas.every((replica) => replica.routed === replica.listed);
}

/** A replica that is over: its processes ended and no new connection is led to it. */
function isGone(replica: ReplicaState): boolean {
  return replica.phase === 'exited' && !replica.routed;
}

/** All that should be there is available and is where connections go. */
export function isServing(deployment: DeploymentState, state: TargetState): boolean {
  const own = replicasOf(state, deployment.name);
  return (
    deployment.progress === 'complete' && deployment.available >= deployment.promise.replicas && routesSettled(own)
  );
}

/**
 * A rollout is over when the new replicas serve and the last old one has exited and no connection can be led to it:
 * `kubectl rollout status` is satisfied earlier, while old replicas still terminate, and what is lost then is lost all
 * the same.
 */
export function rolloutOver(deployment: DeploymentState, state: TargetState): boolean {
  return isServing(deployment, state) && leftovers(deployment, state).length === 0;
}

/**
 * A rollout's end, and no replica more than there are to be. A Deployment can say that all is done before one that is too
 * many is told to go: its status is written in between.
 */
export function scaledOver(deployment: DeploymentState, state: TargetState): boolean {
  const there = replicasOf(state, deployment.name).filter((replica) => !isGone(replica));
  return rolloutOver(deployment, state) && there.length <= deployment.promise.replicas;
}

/** Replicas of the Deployment that are not of a revision that is to be there, or are on their way out, and are not over yet. */
export function leftovers(deployment: DeploymentState, state: TargetState): ReplicaState[] {
  return replicasOf(state, deployment.name).filter(
    (replica) =>
      !isGone(replica) &&
      (!isMeant(replica, deployment) || replica.phase === 'terminating' || replica.phase === 'exited'),
  );
}

/** Of the current revision, or of one that is to stay beside it. */
function isMeant({ revision }: ReplicaState, deployment: DeploymentState): boolean {
  return revision === deployment.revision || deployment.keeps?.includes(revision) === true;
}

/** No replica is on its way out, whoever it belongs to. */
export function noneLeaving({ replicas }: TargetState): boolean {
  return replicas.every(
    (replica) => replica.phase !== 'terminating' && (replica.phase !== 'exited' || isGone(replica)),
  );
}

export function replicasOf(state: TargetState, deployment: string): ReplicaState[] {
  return state.replicas.filter((replica) => replica.deployment === deployment);
}

/** In words, why the replicas of a revision do not serve; for the message of a rollout that failed. */
export function whyNotReady(deployment: DeploymentState, state: TargetState): string {
  const waiting = replicasOf(state, deployment.name).filter(
    (replica) => replica.revision === deployment.revision && !replica.ready && replica.phase !== 'exited',
  );
  const exit = waiting.find((replica) => replica.lastExit)?.lastExit;
  if (exit) return exitInWords(exit);
  // A cluster names the nearest cause: an image that cannot be pulled, a quota, what a probe said.
  if (deployment.reason !== undefined) return deployment.reason;
  if (waiting.length > 0) return `${waiting.map((replica) => replica.pod).join(', ')} started but did not become ready`;
  return 'its replicas did not become ready';
}

/** The platform holds it back from another start: it ended more than once. */
export function isCrashing({ lastExit, ready, waiting }: ReplicaState): boolean {
  return lastExit !== undefined && !ready && waiting === 'CrashLoopBackOff';
}

export function doesNotStayUp({ pod, lastExit, restarts }: ReplicaState): string {
  const how = lastExit ? exitInWords(lastExit) : 'it ended';
  return `${pod} does not stay up: ${how}; it was started ${restarts + 1} times`;
}

function exitInWords(exit: NonNullable<ReplicaState['lastExit']>): string {
  const how = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code ?? 'unknown'}`;
  const words = exit.message?.trim();
  const port = words?.includes('EADDRINUSE') ? ' (it has to listen on the port that PORT says)' : '';
  return `its app ${how} (${exit.reason})${words ? `; its last words: ${words}` : ''}${port}`;
}
