import { HitlessError } from '../../record/error.ts';
import type { Draw } from '../controller/draw.ts';
import type { ReplicaState, TargetState } from '../target.ts';
import type { Api } from './api.ts';
import { core } from './resources.ts';

/** A container that runs, as far as it takes to reach its process. */
export interface Victim {
  namespace: string;
  pod: string;
  node: string;
  /** As the runtime calls it, without `containerd://`. */
  containerId: string;
  image: string;
}

export interface PodStatus {
  spec?: { nodeName?: string; imagePullSecrets?: object[]; containers?: { name: string; image: string }[] };
  status?: {
    phase?: string;
    containerStatuses?: {
      name: string;
      containerID?: string;
      state?: { running?: object; waiting?: { reason?: string; message?: string } };
    }[];
  };
}

/** The replica to kill: the one named, or a ready one drawn by chance. Throws HITLESS_NOTHING_TO_KILL. */
export function chooseReplica(
  { replicas }: TargetState,
  deployment: string,
  pod: string | undefined,
  draw: Draw,
): ReplicaState {
  const running = replicas.filter((replica) => replica.deployment === deployment && replica.phase === 'running');
  const chosen =
    pod === undefined
      ? draw.oneOf(
          running.filter(({ ready }) => ready),
          `kill/${deployment}`,
        )
      : running.find((replica) => replica.pod === pod);
  if (chosen !== undefined) return chosen;
  throw pod === undefined
    ? nothingToKill(`${deployment} has no ready replica to kill`, 'app')
    : nothingToKill(`${deployment} has no running replica ${pod}`, 'usage');
}

/** The container of a pod, the first where it has several. */
export async function victimOf(api: Api, namespace: string, pod: string): Promise<Victim> {
  const { spec, status } = await api.get<PodStatus>(core(namespace, 'pods', pod));
  const container = spec?.containers?.[0];
  const running = status?.containerStatuses?.find(({ name }) => name === container?.name);
  const id = running?.state?.running === undefined ? undefined : running.containerID?.replace(/^.*:\/\//, '');
  if (container === undefined || spec?.nodeName === undefined || id === undefined || !/^[0-9a-f]{12,}$/.test(id))
    throw nothingToKill(`${pod} has no running container to kill`, 'app');
  return { namespace, pod, node: spec.nodeName, containerId: id, image: container.image };
}

function nothingToKill(message: string, blame: 'app' | 'usage'): HitlessError {
  return new HitlessError('HITLESS_NOTHING_TO_KILL', message, { blame });
}
