import { HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import type { DeploymentFacts } from '../../record/facts.ts';
import type { Workload, WorkloadKind } from '../../record/workload.ts';
import { Api, ApiRefusal } from '../kubernetes/api.ts';
import { clusterFault } from '../kubernetes/fault.ts';
import { loadCluster } from '../kubernetes/kubeconfig.ts';
import type { Pod } from '../kubernetes/observe/objects.ts';
import { Observer } from '../kubernetes/observe/observer.ts';
import { controllerOf, isKnownKind } from '../kubernetes/observe/owner.ts';
import { refresh } from '../kubernetes/refresh.ts';
import { requireRights, rightsNeededToWatch, rightsToWatchKinds } from '../kubernetes/rights.ts';
import { workloadFacts } from '../kubernetes/workload-facts.ts';
import { selects } from '../manifest/labels.ts';
import type { TargetSettings, TargetState } from '../target.ts';
import { nameOfWorkload } from '../workload-name.ts';
import { Lists } from './lists.ts';
import { type Behind, lookDown } from './look-down.ts';

export interface WatchOptions {
  namespace: string;
  /** The Service that the URL leads to, or the workload behind it, or both. */
  service: string | undefined;
  workload: Workload | undefined;
  settings: TargetSettings;
  onEvent(event: Event): void;
  onChange(): void;
}

/** What is seen of the workloads behind a Service. */
export interface WorkloadWatch {
  /** Those that are watched, a Deployment by its name alone. */
  names: readonly string[];
  /** As they were when it began. */
  deployments: DeploymentFacts[];
  /** What a reader of the verdict has to know of them, a sentence each. */
  notes: readonly string[];
  /** Kinds that there was no right to watch. */
  unwatched(): readonly string[];
  state(): TargetState;
  /** What others have changed until now is known, or known to be missing, when it resolves. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Watches what stands behind a Service of somebody's cluster, or a workload; nothing there is changed. Rejects as `lookDown` does, with
 * HITLESS_CLUSTER_RIGHTS and the Role that gives them, and as kubeconfigs and API servers do.
 */
export async function watchWorkloads(options: WatchOptions): Promise<WorkloadWatch> {
  const { namespace, service, workload, settings, onEvent, onChange } = options;
  const { kubeConfig, server } = loadCluster(settings);
  const api = new Api(kubeConfig, server);
  const ended = new AbortController();
  const asking = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw clusterFault(error, { doing: `look at ${namespace}`, server });
    }
  };
  try {
    const lists = new Lists(api, namespace);
    await asking(requireSight(api, namespace, workload && [workload.kind]));
    const behind = await asking(lookDown(lists, { service, workload }));
    const kinds = [...new Set(behind.workloads.map(({ kind }) => kind))];
    await asking(requireSight(api, namespace, kinds));
    const deployments = await asking(factsOf(behind.workloads, lists));
    const observer = new Observer(kubeConfig, {
      namespace,
      workloads: behind.workloads,
      services: behind.services,
      concernsPod: (pod) => isOther(pod, behind),
      onEvent,
      onChange,
    });
    await observer.start();
    return {
      names: behind.workloads.map((one) => (one.kind === 'Deployment' ? one.name : nameOfWorkload(one))),
      deployments,
      notes: [...byHand(deployments), ...besides(behind)],
      unwatched: () => observer.unwatched,
      state: () => observer.state(),
      refresh: () => asking(refresh(api, namespace, observer, ended.signal)),
      stop: () => {
        ended.abort();
        observer.stop();
        return api.close();
      },
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

/** Where it is not known yet which kinds there are: what leads to them; and the Role is for those of every cluster. */
async function requireSight(api: Api, namespace: string, kinds: readonly WorkloadKind[] | undefined): Promise<void> {
  const role = rightsToWatchKinds(kinds ?? ['Deployment', 'StatefulSet', 'DaemonSet']);
  try {
    await requireRights(api, rightsNeededToWatch(kinds ?? []), namespace, false, role);
  } catch (error) {
    // Where it may not be asked what we may do, the answers themselves will say.
    if (!(error instanceof ApiRefusal)) throw error;
  }
}

async function factsOf(workloads: readonly Workload[], lists: Lists): Promise<DeploymentFacts[]> {
  const facts: DeploymentFacts[] = [];
  for (const { kind, name } of workloads) {
    const all = await lists.ofKind(kind);
    const object = all === 'not served' ? undefined : all.find(({ metadata }) => metadata.name === name);
    if (object === undefined)
      throw new HitlessError('HITLESS_NO_WORKLOAD', `the ${kind} ${name} in ${lists.namespace} is gone`, {
        blame: 'environment',
        hint: 'Something removes it at the same time: try again when it is done.',
      });
    const template = await lists.templateOf(object);
    // What another object lends it, and may not be looked at, nobody knows.
    if (template !== undefined) facts.push(workloadFacts(object, template));
  }
  return facts;
}

/** Pods that the Service leads to and no workload makes, or one of a kind that nobody here knows. */
function isOther(pod: Pod, { selector, others }: Behind): boolean {
  const owner = controllerOf(pod);
  if (owner !== undefined && isKnownKind(owner.kind)) return false;
  return (
    selects(selector, pod.metadata.labels ?? {}) || others.some((one) => one.pod.metadata.uid === pod.metadata.uid)
  );
}

function byHand(deployments: readonly DeploymentFacts[]): string[] {
  return deployments
    .filter(({ promise }) => promise.strategy === 'OnDelete')
    .map(
      ({ kind = 'Deployment', name }) =>
        `${nameOfWorkload({ kind, name })} is no rolling update's (OnDelete): it replaces no pod by itself, only one that somebody deletes.`,
    );
}

function besides({ others, services }: Behind): string[] {
  if (others.length === 0) return [];
  const words = others.map(({ pod, owner }) => {
    const what = owner === undefined ? 'bare' : `of the ${owner.kind} ${owner.name}`;
    return `${pod.metadata.name} (${what})`;
  });
  const shown = words.length > 5 ? [...words.slice(0, 5), `${words.length - 5} more`] : words;
  return [
    `The Service ${services.join(', ')} leads to pods of no Deployment, StatefulSet, DaemonSet or Rollout: ${shown.join(', ')}. When an update of them is over is not known.`,
  ];
}
