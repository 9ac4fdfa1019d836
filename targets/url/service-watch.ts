import { HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import type { DeploymentFacts } from '../../record/facts.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { Api, type KubeObject } from '../kubernetes/api.ts';
import { clusterFault } from '../kubernetes/fault.ts';
import { loadCluster } from '../kubernetes/kubeconfig.ts';
import { deploymentFacts, podTemplateOf } from '../kubernetes/manifests.ts';
import { Observer } from '../kubernetes/observe/observer.ts';
import { selects } from '../manifest/labels.ts';
import type { TargetSettings, TargetState } from '../target.ts';

export interface WatchOptions {
  service: string;
  namespace: string;
  settings: TargetSettings;
  onEvent(event: Event): void;
  onChange(): void;
}

/** What is seen of the Deployments behind a Service. */
export interface ServiceWatch {
  /** As they were when it began. */
  deployments: DeploymentFacts[];
  /** Kinds that there was no right to watch. */
  unwatched(): readonly string[];
  state(): TargetState;
  /** What others have changed until now is known, or known to be missing, when it resolves. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Watches the Deployments whose pods a Service of somebody's cluster selects now; nothing there is changed. Rejects with
 * HITLESS_NO_SERVICE or HITLESS_NO_DEPLOYMENT, and as kubeconfigs and API servers do.
 */
export async function watchService(options: WatchOptions): Promise<ServiceWatch> {
  const { service, namespace, settings, onEvent, onChange } = options;
  const { kubeConfig, server } = loadCluster(settings);
  const api = new Api(kubeConfig, server);
  const asking = async <T>(what: string, answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw clusterFault(error, { doing: `look at ${what} in ${namespace}`, server });
    }
  };
  try {
    const selected = await asking(`the Service ${service}`, deploymentsOf(service, namespace, api));
    const names = selected.map(({ metadata }) => metadata.name);
    const observer = new Observer(kubeConfig, {
      namespace,
      deployments: names,
      services: [service],
      onEvent,
      onChange,
    });
    await observer.start();
    return {
      deployments: selected.map(deploymentFacts),
      unwatched: () => observer.unwatched,
      state: () => observer.state(),
      refresh: async () => {
        const now = await asking('the Deployments', listed('deployments', namespace, api));
        for (const { metadata } of now)
          if (names.includes(metadata.name)) observer.expect(metadata.name, Number(metadata.generation ?? 0));
      },
      stop: () => {
        observer.stop();
        return api.close();
      },
    };
  } catch (error) {
    await api.close();
    throw error;
  }
}

const prefixes = { services: '/api/v1', deployments: '/apis/apps/v1' } as const;

async function listed(kinds: keyof typeof prefixes, namespace: string, api: Api): Promise<KubeObject[]> {
  const path = `${prefixes[kinds]}/namespaces/${encodeURIComponent(namespace)}/${kinds}`;
  return (await api.get<{ items: KubeObject[] }>(path)).items;
}

async function deploymentsOf(service: string, namespace: string, api: Api): Promise<KubeObject[]> {
  const services = await listed('services', namespace, api);
  const found = services.find(({ metadata }) => metadata.name === service);
  if (found === undefined) {
    const names = services.map(({ metadata }) => metadata.name);
    throw usage('HITLESS_NO_SERVICE', `no Service ${service} in ${namespace}: ${meantOrKnown(service, names)}`);
  }
  const { selector = {} } = found.spec as { selector?: Record<string, string> };
  const selected = (await listed('deployments', namespace, api))
    // A list's items do not say what they are.
    .map((item) => ({ ...item, apiVersion: 'apps/v1', kind: 'Deployment' }))
    .filter((item) => selects(selector, podTemplateOf(item)?.metadata?.labels ?? {}));
  if (selected.length === 0)
    throw usage('HITLESS_NO_DEPLOYMENT', `the Service ${service} in ${namespace} selects the pods of no Deployment`);
  return selected;
}

function usage(code: string, message: string): HitlessError {
  return new HitlessError(code, `app.service: ${message}`, {
    blame: 'usage',
    hint: 'Without --namespace the run goes on without events.',
  });
}
