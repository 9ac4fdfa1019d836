import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

/** An app of three replicas that say READY at once and end at SIGTERM, in a namespace of its own. */
export class DeployedApp {
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  readonly #apps: AppsV1Api;
  readonly #core: CoreV1Api;

  constructor(namespace: string, kubeConfig = loadKubeConfig()) {
    this.namespace = namespace;
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
    await this.#apps.createNamespacedDeployment({
      namespace,
      body: {
        metadata: { name: 'app' },
        spec: {
          replicas: 3,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              terminationGracePeriodSeconds: 5,
              containers: [
                {
                  name: 'app',
                  image,
                  readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      },
    });
    await this.#core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'app' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 3000 }] } },
    });
  }

  /** Returns the generation that the change made. */
  async setImage(image: string): Promise<number> {
    const { metadata } = await this.#apps.patchNamespacedDeployment(
      {
        namespace: this.namespace,
        name: 'app',
        body: { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } },
      },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    );
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
