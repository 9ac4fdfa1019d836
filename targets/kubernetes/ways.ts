import { HitlessError } from '../../record/error.ts';
import { addressText } from '../address.ts';
import type { TargetContext } from '../target.ts';
import type { Api } from './api.ts';
import { forwardTo } from './port-forward.ts';
import { findRoute } from './route.ts';
import type { Found } from './service.ts';

/** Steps that leave every replica where it is: a port-forward, which ends with its pod, lasts through them. */
const harmless: readonly string[] = ['deploy', 'hold', 'exec', 'wait'];

interface Ended {
  signal: AbortSignal;
}

/** The ways to Services that were found, each once in a run. */
export class Ways {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #context: Pick<TargetContext, 'verbs' | 'onNotice'>;
  readonly #ended: Ended;
  readonly #found = new Map<string, Found>();
  readonly #forwards: (() => void)[] = [];

  constructor(api: Api, namespace: string, context: Pick<TargetContext, 'verbs' | 'onNotice'>, ended: Ended) {
    this.#api = api;
    this.#namespace = namespace;
    this.#context = context;
    this.#ended = ended;
  }

  /** What was found so far. */
  known(service: string): Found | undefined {
    return this.#found.get(service);
  }

  async to(service: string): Promise<{ url: string }> {
    const known = this.#found.get(service);
    const found =
      known ??
      (await findRoute(this.#api, this.#namespace, service, this.#ended.signal)) ??
      (await this.#forward(service));
    const url = `http://${addressText(found)}`;
    this.#found.set(service, found);
    if (known === undefined) this.#context.onNotice(`${service} is at ${url} (${found.by})`);
    return { url };
  }

  close(): void {
    for (const close of this.#forwards.splice(0)) close();
  }

  /** A port-forward pins one pod and ends with it. */
  async #forward(service: string): Promise<Found> {
    const harming = (this.#context.verbs ?? []).filter((verb) => !harmless.includes(verb));
    if (harming.length > 0)
      throw new HitlessError(
        'HITLESS_SERVICE_INSIDE',
        `the Service ${service} (ClusterIP) cannot be reached from here, and a port-forward ends with its pod: it does not last through ${harming.join(', ')}`,
        {
          blame: 'environment',
          hint: 'Give the Service the type LoadBalancer or NodePort, or run hitless as a pod of the cluster.',
        },
      );
    const { port, pod, close } = await forwardTo(this.#api, this.#namespace, service);
    this.#forwards.push(close);
    this.#context.onNotice(`${service} cannot be reached from here: a port-forward leads all requests to ${pod} alone`);
    return { host: '127.0.0.1', port, path: 'l4-proxy', by: 'port-forward' };
  }
}
