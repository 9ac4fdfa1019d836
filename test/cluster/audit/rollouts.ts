import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

export type DeployedKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** An app of three replicas (a DaemonSet's: one a node) that say READY at once and end at SIGTERM, in a namespace of its own. */
export class DeployedApp {
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  readonly kind: DeployedKind;
  readonly #apps: AppsV1Api;
  readonly #core: CoreV1Api;

  constructor(namespace: string, kind: DeployedKind = 'Deployment', kubeConfig = loadKubeConfig()) {
    this.namespace = namespace;
    this.kind = kind;
    this.kubeConfig = kubeConfig;
    this.#apps = kubeConfig.makeApiClient(AppsV1Api);
    this.#core = kubeConfig.makeApiClient(CoreV1Api);
  }

  async makeNamespace(): Promise<void> {
    const { namespace: name } = this;
    await this.#core.createNamespace({ body: { metadata: { name, labels: { 'hitless.dev/test': 'audit' } } } });
    // A pod needs its account, which a controller makes a moment later.
    await until(async () => {
      await this.#core.readNamespacedServiceAccount({ name: 'default', namespace: name });
      return true;
    });
  }

  async deploy(image: string): Promise<void> {
    const labels = { app: 'app' };
    const { namespace } = this;
    const metadata = { name: 'app' };
    const spec = {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            { name: 'app', image, readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 } },
          ],
        },
      },
    };
    const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
    if (this.kind === 'Deployment')
      await this.#apps.createNamespacedDeployment({
        namespace,
        body: { metadata, spec: { ...spec, replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate } } },
      });
    else if (this.kind === 'StatefulSet')
      await this.#apps.createNamespacedStatefulSet({
        namespace,
        body: { metadata, spec: { ...spec, replicas: 3, serviceName: 'app', podManagementPolicy: 'Parallel' } },
      });
    else await this.#apps.createNamespacedDaemonSet({ namespace, body: { metadata, spec } });
    await this.#core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'app' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 3000 }] } },
    });
  }

  /** Returns the generation that the change made. */
  async setImage(image: string): Promise<number> {
    const body = { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } };
    const request = { namespace: this.namespace, name: 'app', body };
    const options = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    const { metadata } =
      this.kind === 'Deployment'
        ? await this.#apps.patchNamespacedDeployment(request, options)
        : this.kind === 'StatefulSet'
          ? await this.#apps.patchNamespacedStatefulSet(request, options)
          : await this.#apps.patchNamespacedDaemonSet(request, options);
    return metadata?.generation ?? 0;
  }

  async remove(): Promise<void> {
    await this.#core.deleteNamespace({ name: this.namespace, gracePeriodSeconds: 0 }).catch(() => {});
  }
}

export function loadKubeConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  return kubeConfig;
}

/** Asks again each 50 ms until the answer is yes; an error is a no. Rejects after four minutes. */
export async function until(ask: () => Promise<boolean> | boolean, what = 'it'): Promise<void> {
  const give = Date.now() + 240_000;
  let last: unknown;
  while (Date.now() < give) {
    try {
      if (await ask()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come about within 4 min`, { cause: last });
}
