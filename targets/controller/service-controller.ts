import type { Event, EventKind } from '../../record/event.ts';
import { selects } from '../manifest/labels.ts';
import type { Service } from '../manifest/model.ts';
import type { Endpoint } from '../target.ts';
import { EndpointSpread } from './endpoint-spread.ts';
import type { Platform } from './platform.ts';
import type { Pod } from './pod.ts';

type Endpoints = ReadonlyMap<string, Endpoint>;

/** Keeps the list of a Service's endpoints, and what new connections follow of it: the same list, a moment later. */
export class ServiceController {
  readonly name: string;
  readonly #manifest: Service;
  readonly #platform: Platform;
  readonly #spread: EndpointSpread<Endpoints>;
  readonly #listeners = new Set<(endpoints: readonly Endpoint[]) => void>();
  #selector: Record<string, string>;
  #listed: Endpoints = new Map();
  /** What was sent on its way last. */
  #sent: Endpoints = new Map();
  #routed: Endpoints = new Map();

  constructor(manifest: Service, platform: Platform) {
    this.name = manifest.name;
    this.#manifest = manifest;
    this.#selector = manifest.selector;
    this.#platform = platform;
    this.#spread = new EndpointSpread(platform.timers, (list) => this.#arrive(list));
  }

  /** Where new connections go now. */
  get endpoints(): readonly Endpoint[] {
    return [...this.#routed.values()];
  }

  lists(pod: string): boolean {
    return this.#listed.has(pod);
  }

  routes(pod: string): boolean {
    return this.#routed.has(pod);
  }

  onChange(listener: (endpoints: readonly Endpoint[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Leads it to other pods from here on. */
  select(selector: Record<string, string>): void {
    this.#selector = selector;
    const words = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    this.#emit('switched', { kind: 'service', name: this.name }, { message: words.join(','), object: { selector } });
  }

  /**
   * Lists the pods that are selected, ready and not on their way out. Where there are none, connections are led to those that
   * go and still serve, as kube-proxy does (kubernetes/enhancements, KEP 1669).
   */
  sync(pods: readonly Pod[]): void {
    const selected = pods.filter((pod) => selects(this.#selector, pod.spec.template.labels));
    const listed = this.#endpointsOf(selected.filter((pod) => !pod.terminating));
    this.#tell('endpoint-added', 'endpoint-removed', this.#listed, listed);
    this.#listed = listed;
    const leaving = selected.filter((pod) => pod.terminating && pod.container !== undefined);
    const next = listed.size > 0 ? listed : this.#endpointsOf(leaving);
    const { gone, come } = difference(this.#sent, next);
    if (gone.length + come.length === 0) return;
    this.#sent = next;
    this.#spread.send(next, this.#platform.draw.ms(gone.length > 0 ? 'removedMs' : 'addedMs', this.name));
  }

  #endpointsOf(pods: readonly Pod[]): Endpoints {
    const entries = pods.map((pod) => [pod.name, this.#endpoint(pod)] as const);
    return new Map(entries.filter((entry): entry is [string, Endpoint] => entry[1] !== undefined));
  }

  #endpoint(pod: Pod): Endpoint | undefined {
    const { template } = pod.spec;
    const serves = pod.ready || (this.#manifest.publishNotReadyAddresses && pod.container !== undefined);
    if (!serves) return undefined;
    const targetPort = this.#manifest.ports[0]?.targetPort;
    const port =
      typeof targetPort === 'number'
        ? targetPort
        : template.container.ports.find(({ name }) => name === targetPort)?.containerPort;
    if (port === undefined || pod.place === undefined) return undefined;
    return { ...pod.place.address(port), pod: pod.name };
  }

  #arrive(list: Endpoints): void {
    const before = this.#routed;
    this.#routed = list;
    this.#tell('route-added', 'route-removed', before, list);
    for (const listener of this.#listeners) listener(this.endpoints);
    this.#platform.changed();
  }

  #tell(added: EventKind, removed: EventKind, before: Endpoints, after: Endpoints): void {
    const { gone, come } = difference(before, after);
    for (const name of gone) this.#emit(removed, { kind: 'endpoint', name });
    for (const name of come) this.#emit(added, { kind: 'endpoint', name });
  }

  #emit(kind: EventKind, subject: Event['subject'], details: Partial<Event> = {}): void {
    this.#platform.emit(kind, { subject, owner: this.name, ...details });
  }
}

function difference(before: Endpoints, after: Endpoints) {
  const gone = [...before.keys()].filter((pod) => !after.has(pod));
  const come = [...after.keys()].filter((pod) => !before.has(pod));
  return { gone, come };
}
