import type { Event } from '../../../record/event.ts';
import { Clocks, type Interval, narrowed, stampOf } from '../clock.ts';
import { type Change, createdWithin, type Scene } from './change.ts';
import { deploymentEvents, progressOf, replicaSetEvents, startsRollout } from './deployment-events.ts';
import { serviceOf } from './endpoint-events.ts';
import { learnFromPod } from './kubelet-stamps.ts';
import { Listings } from './listings.ts';
import type { Known, Message } from './message.ts';
import type {
  Deployment,
  EndpointSlice,
  KubernetesObject,
  Objects,
  Pod,
  ReplicaSet,
  Report,
  Resource,
} from './objects.ts';
import { autoscalerEvents, nodeEvents, serviceEvents } from './other-events.ts';
import { controllerOf, deploymentOf, hashOf, tagOf } from './owner.ts';
import { podEvents } from './pod-events.ts';
import { reportedEvents } from './reported-events.ts';
import { Revisions, revisionOf } from './revisions.ts';
import { Store } from './store.ts';

export interface ObservationOptions {
  /** Services whose endpoints count; by default all of the namespace. */
  services?: readonly string[];
  /** Deployments that are told of, with all that is theirs; by default all of the namespace. */
  deployments?: readonly string[];
  /** What the version of an image is; by default its tag. */
  versionOf?(image: string): string;
}

/** For what was there longer than anybody knows: a record's times are finite. Thirty years before the machine's start. */
const longAgoUs = -1e15;

/** Makes the events of the record from what came from the API server. Time plays no part but as the messages tell it. */
export class Observation {
  readonly store = new Store();
  readonly listings: Listings;
  /** Pods that are gone, as they were last seen. */
  readonly gonePods = new Map<string, Pod>();
  readonly #onEvent: (event: Event) => void;
  readonly #clocks = new Clocks();
  readonly #revisions = new Revisions();
  readonly #deployments: ReadonlySet<string> | null;
  readonly #rolling = new Set<string>();
  readonly #madeUs = new Map<string, number>();
  readonly #boundUs = new Map<string, number>();
  readonly scene: Scene;

  constructor({ services, deployments, versionOf = tagOf }: ObservationOptions, onEvent: (event: Event) => void) {
    this.listings = new Listings(services ?? null);
    this.#deployments = deployments === undefined ? null : new Set(deployments);
    this.#onEvent = onEvent;
    this.scene = {
      clocks: this.#clocks,
      versionOf,
      replicaSetOf: (pod) => this.store.get('replicasets', controllerOf(pod)?.name),
      madeUs: (uid) => this.#madeUs.get(uid) ?? longAgoUs,
      boundUs: (uid) => this.#boundUs.get(uid) ?? this.#madeUs.get(uid) ?? longAgoUs,
    };
  }

  take(message: Message): void {
    if (message.kind === 'answer') this.#answer(message);
    else if (message.kind === 'revision') this.#revisions.add({ ...message, revision: revisionOf(message.revision) });
    else if (message.kind === 'list') this.#list(message);
    else if (message.kind === 'change') this.#changed(message);
    else this.#blind(message);
  }

  /** Whether it is one of those that are told of. */
  concerns(deployment: string): boolean {
    return this.#deployments?.has(deployment) ?? true;
  }

  /** The ReplicaSet of a Deployment's present revision, or undefined where its controller has made none yet. */
  currentSet({ metadata }: Deployment): ReplicaSet | undefined {
    const revision = metadata.annotations?.['deployment.kubernetes.io/revision'];
    return [...this.store.all('replicasets').values()].find(
      (set) =>
        controllerOf(set)?.name === metadata.name &&
        set.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision,
    );
  }

  #answer({ date, sentUs, receivedUs }: Extract<Message, { kind: 'answer' }>): void {
    const stamp = stampOf(date);
    if (stamp !== null) this.#clocks.api.add(stamp, { earliestUs: sentUs, latestUs: receivedUs });
  }

  /** What differs from what was known came about since then, and was stored before the list was read. */
  #list({ resource, items, receivedUs, since }: Extract<Message, { kind: 'list' }>): void {
    const first = since === null;
    const sinceUs = first ? longAgoUs : this.#knownUs(resource, since);
    const names = new Set(items.map(({ metadata }) => metadata.name));
    for (const before of [...this.store.all(resource).values()])
      if (!names.has(before.metadata.name))
        this.#apply(resource, before, null, { earliestUs: sinceUs, latestUs: receivedUs }, first);
    for (const after of items) {
      const latestUs = this.#stored(resource, after, receivedUs).latestUs;
      this.#apply(resource, this.#before(resource, after), after, { earliestUs: sinceUs, latestUs }, first);
    }
  }

  #changed({ resource, type, object, receivedUs }: Extract<Message, { kind: 'change' }>): void {
    const within = this.#stored(resource, object, receivedUs);
    const before = this.#before(resource, object);
    if (type !== 'DELETED') this.#apply(resource, before, object, within, false);
    // It comes as it was last, with the version of its deletion.
    else if (before !== null) this.#apply(resource, { ...before, ...object }, null, within, false);
  }

  #before(resource: Resource, { metadata }: KubernetesObject): KubernetesObject | null {
    return this.store.get(resource, metadata.name) ?? null;
  }

  /** When a version of an object was stored. */
  #stored(resource: Resource, { metadata }: KubernetesObject, seenUs: number): Interval {
    // Clusters may keep Events in a store of their own, which counts for itself.
    const revision = resource === 'events' ? Number.NaN : revisionOf(metadata.resourceVersion);
    const interval = this.#revisions.interval(revision, seenUs);
    if (Number.isFinite(interval.earliestUs)) return interval;
    // Each write leaves a stamp with the names of the fields that it set, the last one the newest.
    const stamps = (metadata.managedFields ?? []).map(({ time }) => stampOf(time)).filter((stamp) => stamp !== null);
    const { earliestUs } = this.#clocks.api.interval(Math.max(...stamps), seenUs);
    const made = this.#madeUs.get(metadata.uid) ?? longAgoUs;
    return narrowed(
      { earliestUs: Math.max(made, longAgoUs), latestUs: interval.latestUs },
      { ...interval, earliestUs },
    );
  }

  #knownUs(resource: Resource, { us, revision }: Known): number {
    if (resource === 'events') return us;
    return Math.max(us, this.#revisions.interval(revisionOf(revision) + 1, Number.POSITIVE_INFINITY).earliestUs);
  }

  #apply(
    resource: Resource,
    before: KubernetesObject | null,
    after: KubernetesObject | null,
    within: Interval,
    first: boolean,
  ): void {
    if (before !== null && after !== null && before.metadata.uid !== after.metadata.uid) {
      this.#apply(resource, before, null, within, first);
      this.#apply(resource, null, after, within, first);
      return;
    }
    if (after !== null && before?.metadata.resourceVersion === after.metadata.resourceVersion) return;
    const subject = (after ?? before) as KubernetesObject;
    const { uid, name } = subject.metadata;
    if (before === null) this.#madeUs.set(uid, createdWithin(subject, within, this.scene).earliestUs);
    // Nothing happens to an object before it is made.
    const earliestUs = Math.max(within.earliestUs, Math.min(this.scene.madeUs(uid), within.latestUs));
    const change = { before, after, within: { ...within, earliestUs }, first };
    if (after === null) this.store.remove(resource, name);
    else this.store.put(resource, withoutFields(after));
    for (const event of this.#events(resource, change)) this.#onEvent(event);
    if (after === null) {
      this.#madeUs.delete(uid);
      this.#boundUs.delete(uid);
    }
  }

  #events(resource: Resource, change: Change<KubernetesObject>): Event[] {
    const as = <R extends Resource>(_: R) => change as Change<Objects[R]>;
    switch (resource) {
      case 'pods':
        return this.#pod(as('pods'));
      case 'deployments':
        return this.#deployment(as('deployments'));
      case 'replicasets':
        return this.#concerned(replicaSetEvents(as('replicasets')));
      case 'endpointslices':
        return this.#slice(as('endpointslices'));
      case 'services':
        return serviceEvents(as('services'));
      case 'events':
        return this.#report(as('events'));
      case 'horizontalpodautoscalers':
        return this.#concerned(autoscalerEvents(as('horizontalpodautoscalers')));
      case 'nodes':
        return nodeEvents(as('nodes'));
    }
  }

  #concerned(events: Event[]): Event[] {
    return events.filter(({ owner }) => owner === undefined || this.concerns(owner));
  }

  #pod(change: Change<Pod>): Event[] {
    const { before, after, within } = change;
    const pod = (after ?? before) as Pod;
    const { uid } = pod.metadata;
    if (pod.spec.nodeName !== undefined && !this.#boundUs.has(uid)) this.#boundUs.set(uid, within.earliestUs);
    learnFromPod(change, this.scene);
    if (after === null) this.gonePods.set(pod.metadata.name, pod);
    else this.gonePods.delete(pod.metadata.name);
    return this.concerns(deploymentOf(pod, this.scene)) ? podEvents(change, this.scene) : [];
  }

  #deployment(change: Change<Deployment>): Event[] {
    const { after, before } = change;
    const { name } = ((after ?? before) as Deployment).metadata;
    if (!this.concerns(name)) return [];
    const set = after === null ? undefined : this.currentSet(after);
    const known = { rolling: this.#rolling.has(name), revision: set === undefined ? '' : hashOf(set) };
    const events = deploymentEvents(change, this.scene, known);
    if (startsRollout(change)) this.#rolling.add(name);
    else if (after === null || progressOf(after) === 'complete') this.#rolling.delete(name);
    return events;
  }

  #slice({ before, after, within }: Change<EndpointSlice>): Event[] {
    const services = new Set([before, after].flatMap((slice) => (slice === null ? [] : [serviceOf(slice)])));
    const slices = [...this.store.all('endpointslices').values()];
    return [...services].flatMap((service) => this.listings.change(service, slices, within));
  }

  #report(change: Change<Report>): Event[] {
    const { kind, name } = (change.after ?? (change.before as Report)).involvedObject;
    const pod = kind === 'Pod' ? (this.store.get('pods', name) ?? this.gonePods.get(name ?? '')) : undefined;
    const set = kind === 'ReplicaSet' ? this.store.get('replicasets', name) : undefined;
    const owner = pod === undefined ? set && controllerOf(set)?.name : deploymentOf(pod, this.scene);
    if (owner !== undefined && !this.concerns(owner)) return [];
    const madeUs = this.scene.madeUs((pod ?? set)?.metadata.uid ?? '');
    return reportedEvents(change, { pod, owner, madeUs }, this.scene);
  }

  #blind({ resource, fromUs, toUs, missedSince, ended, why }: Extract<Message, { kind: 'blind' }>): void {
    const earliestUs = missedSince === null ? fromUs : Math.min(fromUs, this.#knownUs(resource, missedSince));
    this.#onEvent({
      earliestUs: Math.max(earliestUs, longAgoUs),
      latestUs: toUs,
      kind: 'blind',
      subject: { kind: 'watch', name: resource },
      reason: ended ? 'Ended' : missedSince === null ? 'Resumed' : 'Reconciled',
      message: why,
    });
  }
}

/** Who set which field is a third of an object, and was read. */
function withoutFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
