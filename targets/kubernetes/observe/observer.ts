import { nowUs } from '../../../record/clock.ts';
import { HitlessError } from '../../../record/error.ts';
import type { Event } from '../../../record/event.ts';
import type { Workload, WorkloadKind } from '../../../record/workload.ts';
import type { TargetState } from '../../target.ts';
import type { KubeConfig } from '../client.ts';
import { Connection, RefusedByServer } from './connection.ts';
import { spreadUs } from './endpoint-events.ts';
import { Heartbeat } from './heartbeat.ts';
import { TooMany } from './list.ts';
import type { Message } from './message.ts';
import { type Objects, type Resource, resources, watchedFor } from './objects.ts';
import { Observation, type ObservationOptions } from './observation.ts';
import { stateOf } from './state.ts';
import { Watch } from './watch.ts';

export interface ObserverOptions extends ObservationOptions {
  namespace: string;
  /** Which kinds of workload are watched: by default those of `workloads`, or Deployments. */
  kinds?: readonly WorkloadKind[];
  /** Every event, as it becomes known; its interval may lie in the past, and no two come in the order of their times. */
  onEvent(event: Event): void;
  /** `state` has another answer than before. */
  onChange(): void;
  /** What came from the API server, for those who keep it. */
  onMessage?(message: Message): void;
}

/**
 * Watches a namespace: what its workloads, their replicas and its Services' endpoints are now, and every change of them as
 * events whose interval holds the moment when it happened, on our clock. Once started it ends by `stop` alone: what is cut
 * off is taken up again, and the time in between is an event `blind`.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #observation: Observation;
  readonly #connection: Connection;
  readonly #watches: Watch[];
  readonly #heartbeat: Heartbeat;
  readonly #generations = new Map<string, number>();
  readonly #unwatched: Resource[] = [];
  #changed = false;
  #stopped = false;
  #spreading: NodeJS.Timeout | undefined;

  constructor(kubeConfig: KubeConfig, options: ObserverOptions) {
    const { namespace } = options;
    this.#options = options;
    this.#observation = new Observation(options, (event) => this.#tell(event));
    const onMessage = (message: Message) => this.#take(message);
    this.#connection = new Connection(kubeConfig, onMessage);
    const connection = this.#connection;
    const { workloads, kinds = workloads?.map(({ kind }) => kind) ?? ['Deployment'] } = options;
    this.#watches = watchedFor(kinds).map(
      (resource) => new Watch({ resource, namespace, connection, onMessage, onBlind: () => this.#change() }),
    );
    this.#heartbeat = new Heartbeat({ namespace, connection, onMessage, onSilence: () => this.#doubt() });
  }

  /** Kinds that there is no right to watch, or too many of: what they would tell is missing. */
  get unwatched(): readonly Resource[] {
    return this.#unwatched;
  }

  /**
   * Resolves when everything is listed and watched. Throws HITLESS_KUBERNETES_RIGHTS where a kind may not be watched without
   * which no replica is known, and HITLESS_KUBERNETES_UNREACHABLE.
   */
  async start(): Promise<void> {
    await this.#heartbeat.start();
    try {
      await Promise.all(this.#watches.map((watch) => this.#startOne(watch)));
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** As far as it is known; never `complete` while it is known that what was seen is out of date. */
  state(): TargetState {
    const atUs = nowUs();
    return stateOf(this.#observation, { atUs, outOfDate: this.#outOfDate(atUs), generations: this.#generations });
  }

  /**
   * A workload, by its name in `state`, was changed to this generation (metadata.generation of the API server's answer): until it is seen,
   * the workload is `progressing`, whatever was seen before.
   */
  expect(workload: string, generation: number): void {
    this.#generations.set(workload, Math.max(generation, this.#generations.get(workload) ?? 0));
  }

  /** Kinds of objects that are watched. */
  get watched(): Resource[] {
    return this.#watches.map(({ resource }) => resource).filter((resource) => !this.#unwatched.includes(resource));
  }

  /** What `state` and the record call a workload. */
  nameOf(workload: Workload): string {
    return this.#observation.scene.nameOfWorkload(workload);
  }

  /** An object as it was last seen, without managedFields. */
  find<R extends Resource>(resource: R, name: string): Objects[R] | undefined {
    return this.#observation.store.get(resource, name);
  }

  all<R extends Resource>(resource: R): Objects[R][] {
    return [...this.#observation.store.all(resource).values()];
  }

  stop(): void {
    if (this.#stopped) return;
    for (const watch of this.#watches) watch.stop();
    this.#stopped = true;
    this.#heartbeat.stop();
    clearTimeout(this.#spreading);
  }

  async #startOne(watch: Watch): Promise<void> {
    const { resource } = watch;
    try {
      await watch.start();
    } catch (error) {
      watch.stop();
      const refused = error instanceof RefusedByServer && [401, 403, 404, 405].includes(error.status);
      if (!resources[resource].needed && (refused || error instanceof TooMany)) {
        this.#unwatched.push(resource);
        return;
      }
      throw startError(resource, this.#options.namespace, error, refused);
    }
  }

  #take(message: Message): void {
    if (this.#stopped) return;
    try {
      this.#options.onMessage?.(message);
      this.#observation.take(message);
    } catch (error) {
      // A watch takes every error for one of its connection, and would try again and again.
      queueMicrotask(() => {
        throw error;
      });
    }
    if (message.kind === 'answer' || message.kind === 'revision') return;
    this.#change();
  }

  #tell(event: Event): void {
    this.#options.onEvent(event);
    if (event.kind === 'route-added' || event.kind === 'route-removed') this.#changeWhenSpread();
  }

  /** Changes that come together are told together. */
  #change(): void {
    if (this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      if (!this.#stopped) this.#options.onChange();
    });
  }

  /** Where connections are led changes by the mere passing of time. */
  #changeWhenSpread(): void {
    clearTimeout(this.#spreading);
    // Timers may fire a millisecond early.
    this.#spreading = setTimeout(() => this.#change(), spreadUs / 1000 + 2);
  }

  #doubt(): void {
    for (const watch of this.#watches) watch.doubt('the API server did not answer in time');
  }

  #outOfDate(atUs: number): string | null {
    const blind = this.#watches.find((watch) => watch.blindSinceUs !== null && resources[watch.resource].needed);
    if (blind?.blindSinceUs == null) return null;
    const seconds = Math.max(0, (atUs - blind.blindSinceUs) / 1e6).toFixed(1);
    return `${blind.resource} have not been watched for ${seconds} s: the API server cannot be reached`;
  }
}

function startError(resource: Resource, namespace: string, error: unknown, refused: boolean): HitlessError {
  const why = error instanceof Error ? error.message : String(error);
  return refused
    ? new HitlessError('HITLESS_KUBERNETES_RIGHTS', `${resource} in ${namespace} cannot be watched: ${why}`, {
        blame: 'environment',
        hint: `Ask for the verbs list and watch on ${resource} in that namespace.`,
        cause: error,
      })
    : new HitlessError('HITLESS_KUBERNETES_UNREACHABLE', `the API server does not let itself be watched: ${why}`, {
        blame: 'environment',
        hint: 'Look whether kubectl reaches the cluster: kubectl get pods.',
        cause: error,
      });
}
