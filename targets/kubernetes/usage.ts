import { HitlessError } from '../../record/error.ts';
import type { UsageReading } from '../../record/usage.ts';
import { runLabel } from '../owner.ts';
import type { UsageSource } from '../target.ts';
import { type Api, ApiRefusal } from './api.ts';

/** https://github.com/kubernetes/metrics/blob/master/pkg/apis/metrics/v1beta1/types.go */
interface PodMetrics {
  metadata: { name: string };
  timestamp: string;
  /** Over which the rate is, `15.2s`. */
  window: string;
  containers: { usage: { cpu?: string; memory?: string } }[];
}

/**
 * What a cluster's metrics-server says of the run's pods. It looks at each pod every 15 s or so; what it says twice counts
 * once, and a pod that lives shorter has no reading.
 */
export class PodUsage implements UsageSource {
  #window = '';
  readonly #api: Api;
  readonly #path: string;
  readonly #selector: string;
  readonly #replicaOf: (pod: string) => string;
  readonly #seen = new Map<string, string>();

  /** `replicaOf` a pod, as the state calls it. */
  constructor(api: Api, namespace: string, runId: string, replicaOf: (pod: string) => string) {
    this.#api = api;
    this.#path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    this.#selector = `${runLabel}=${runId}`;
    this.#replicaOf = replicaOf;
  }

  get source(): string {
    return `metrics.k8s.io${this.#window && `, each over ${this.#window}`}`;
  }

  /** Rejects with HITLESS_NO_USAGE where the cluster does not measure, or lets us not ask. */
  async read(): Promise<UsageReading[]> {
    const { items } = await this.#api
      .get<{ items: PodMetrics[] }>(this.#path, { labelSelector: this.#selector })
      .catch((error: unknown) => {
        throw refusal(error);
      });
    return items.filter((item) => this.#isNew(item)).map((item) => this.#reading(item));
  }

  #isNew({ metadata, timestamp }: PodMetrics): boolean {
    if (this.#seen.get(metadata.name) === timestamp) return false;
    this.#seen.set(metadata.name, timestamp);
    return true;
  }

  #reading({ metadata, window, containers }: PodMetrics): UsageReading {
    this.#window = `about ${Math.round(Number.parseFloat(window))} s`;
    const sum = (of: 'cpu' | 'memory') => containers.reduce((all, { usage }) => all + quantity(usage[of] ?? '0'), 0);
    return { pod: this.#replicaOf(metadata.name), cpuCores: sum('cpu'), memoryBytes: sum('memory') };
  }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof ApiRefusal)) return error;
  const why: Record<number, string> = {
    403: 'there is no right to list pods of metrics.k8s.io',
    404: 'the cluster has no metrics-server (metrics.k8s.io)',
  };
  const message = why[error.status];
  return message === undefined ? error : new HitlessError('HITLESS_NO_USAGE', message, { blame: 'environment' });
}

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** A quantity of Kubernetes, `1500m`, `64Mi`. */
export function quantity(text: string): number {
  const [, number = '0', suffix = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(text) ?? [];
  return Number(number) * (factors[suffix] ?? Number.NaN);
}
