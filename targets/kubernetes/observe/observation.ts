import type { Event } from '../../../record/event.ts';
import type { Workload, WorkloadKind } from '../../../record/workload.ts';
import { Clocks, type Interval } from '../clock.ts';
import { type Change, createdWithin, type Scene } from './change.ts';
import { serviceOf } from './endpoint-events.ts';
import { learnFromPod } from './kubelet-stamps.ts';
import { Listings } from './listings.ts';
import type { Message } from './message.ts';
import type { EndpointSlice, KubernetesObject, Objects, Pod, Report, Resource } from './objects.ts';
import { autoscalerEvents, nodeEvents, serviceEvents } from './other-events.ts';
import { controllerOf, isKnownKind, ownerOfPod, ownerOfSet, tagOf } from './owner.ts';
import { podEvents } from './pod-events.ts';
import { PodNames } from './pod-names.ts';
import { reportedEvents } from './reported-events.ts';
import { Store } from './store.ts';
import { longAgoUs, StoredTimes } from './stored-times.ts';
import { replicaSetEvents, startsRollout, workloadEvents } from './workload-events.ts';
import { WorkloadNames } from './workload-names.ts';
import { type Reading, type Relatives, readWorkload } from './workloads/workload.ts';

export interface ObservationOptions {
  /** Services whose endpoints count; by default all of the namespace. */
  services?: readonly string[];
  /** Workloads that are told of, with all that is theirs; by default all of the namespace. */
  workloads?: readonly Workload[];
  /** Of pods that belong to none of them: which are told of all the same. */
  concernsPod?(pod: Pod): boolean;
  /** What the version of an image is; by default its tag. */
  versionOf?(image: string): string;
}

/** Makes the events of the record from what came from the API server. Time plays no part but as the messages tell it. */
export class Observation {
  readonly store = new Store();
  readonly listings: Listings;
  /** Pods that are gone, as they were last seen, by UID. */
  readonly gonePods = new Map<string, Pod>();
  readonly relatives: Relatives = {
    replicaSetsOf: (kind, name) => this.#ownedBy('replicasets', kind, name),
    controllerRevisionsOf: (name) => this.#ownedBy('controllerrevisions', 'DaemonSet', name),
    podsOf: (kind, name) =>
      [...this.store.all('pods').values()].filter((pod) => {
        const owner = ownerOfPod(pod, this.scene);
        return owner?.kind === kind && owner.name === name;
      }),
  };
  readonly scene: Scene;
  readonly #onEvent: (event: Event) => void;
  readonly #clocks = new Clocks();
  readonly #times = new StoredTimes(this.#clocks.api);
  readonly #podNames = new PodNames();
  readonly #workloadNames: WorkloadNames;
  readonly #concerned: ReadonlySet<string> | null;
  readonly #concernsPod: (pod: Pod) => boolean;
  /** By UID, those of which a rollout has begun. */
  readonly #rolling = new Set<string>();
  readonly #readings = new Map<string, Reading>();

  constructor(options: ObservationOptions, onEvent: (event: Event) => void) {
    const { services, workloads, versionOf = tagOf, concernsPod = () => false } = options;
    this.listings = new Listings(services ?? null, this.#podNames);
    this.#workloadNames = new WorkloadNames(workloads);
    this.#concerned = workloads === undefined ? null : new Set(workloads.map(keyOf));
    this.#concernsPod = concernsPod;
    this.#onEvent = onEvent;
    this.scene = {
      clocks: this.#clocks,
      versionOf,
      nameOf: ({ metadata }) => this.#podNames.of(metadata.name, metadata.uid),
      nameOfWorkload: (owner) => this.#workloadNames.of(owner),
      replicaSetOf: (pod) => this.store.get('replicasets', controllerOf(pod)?.name),
      madeUs: (uid) => this.#times.madeUs(uid),
      boundUs: (uid) => this.#times.boundUs(uid),
    };
  }

  take(message: Message): void {
    if (message.kind === 'answer') this.#times.answered(message);
    else if (message.kind === 'revision') this.#times.revisionTold(message);
    else if (message.kind === 'list') this.#list(message);
    else if (message.kind === 'change') this.#changed(message);
    else this.#blind(message);
  }

  /** Whether a workload is one of those that are told of. */
  concerns(owner: { kind: string; name: string }): boolean {
    return this.#concerned?.has(keyOf(owner)) ?? true;
  }

  concernsPod(pod: Pod): boolean {
    const owner = ownerOfPod(pod, this.scene);
    return this.#concerned === null || (owner !== undefined && this.concerns(owner)) || this.#concernsPod(pod);
  }

  #ownedBy<R extends Resource>(resource: R, kind: string, name: string): Objects[R][] {
    return [...this.store.all(resource).values()].filter((object) => {
      const owner = controllerOf(object);
      return owner?.kind === kind && owner.name === name;
    });
  }

  /** What differs from what was known came about since then, and was stored before the list was read. */
  #list({ resource, items, receivedUs, since }: Extract<Message, { kind: 'list' }>): void {
    const first = since === null;
    const sinceUs = first ? longAgoUs : this.#times.knownUs(resource, since);
    const names = new Set(items.map(({ metadata }) => metadata.name));
    for (const before of [...this.store.all(resource).values()])
      if (!names.has(before.metadata.name))
        this.#apply(resource, before, null, { earliestUs: sinceUs, latestUs: receivedUs }, first);
    for (const after of items) {
      const latestUs = this.#times.stored(resource, after, receivedUs).latestUs;
      this.#apply(resource, this.#before(resource, after), after, { earliestUs: sinceUs, latestUs }, first);
    }
  }

  #changed({ resource, type, object, receivedUs }: Extract<Message, { kind: 'change' }>): void {
    const within = this.#times.stored(resource, object, receivedUs);
    const before = this.#before(resource, object);
    if (type !== 'DELETED') this.#apply(resource, before, object, within, false);
    // It comes as it was last, with the version of its deletion.
    else if (before !== null) this.#apply(resource, { ...before, ...object }, null, within, false);
  }

  #before(resource: Resource, { metadata }: KubernetesObject): KubernetesObject | null {
    return this.store.get(resource, metadata.name) ?? null;
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
    if (before === null) this.#times.made(uid, createdWithin(subject, within, this.scene).earliestUs);
    // Nothing happens to an object before it is made.
    const earliestUs = Math.max(within.earliestUs, Math.min(this.scene.madeUs(uid), within.latestUs));
    const change = { before, after, within: { ...within, earliestUs }, first };
    if (after === null) this.store.remove(resource, name);
    else this.store.put(resource, withoutFields(after));
    for (const event of this.#events(resource, change)) this.#onEvent(event);
    if (after === null) this.#times.forget(uid);
  }

  #events(resource: Resource, change: Change<KubernetesObject>): Event[] {
    const as = <R extends Resource>(_: R) => change as Change<Objects[R]>;
    switch (resource) {
      case 'pods':
        return this.#pod(as('pods'));
      case 'deployments':
        return this.#workload('Deployment', change);
      case 'statefulsets':
        return this.#workload('StatefulSet', change);
      case 'daemonsets':
        return this.#workload('DaemonSet', change);
      case 'rollouts':
        return this.#workload('Rollout', change);
      case 'replicasets':
        return this.#replicaSet(as('replicasets'));
      case 'endpointslices':
        return this.#slice(as('endpointslices'));
      case 'services':
        return serviceEvents(as('services'));
      case 'events':
        return this.#report(as('events'));
      case 'horizontalpodautoscalers':
        return this.#autoscaler(as('horizontalpodautoscalers'));
      case 'nodes':
        return nodeEvents(as('nodes'));
      case 'controllerrevisions':
        return [];
    }
  }

  #pod(change: Change<Pod>): Event[] {
    const { before, after, within } = change;
    const pod = (after ?? before) as Pod;
    const { uid } = pod.metadata;
    // Those that come back under a name are counted in the order in which they come.
    this.scene.nameOf(pod);
    if (pod.spec.nodeName !== undefined) this.#times.bound(uid, within.earliestUs);
    learnFromPod(change, this.scene);
    if (after === null) this.gonePods.set(uid, pod);
    return this.concernsPod(pod) ? podEvents(change, this.scene) : [];
  }

  #replicaSet(change: Change<Objects['replicasets']>): Event[] {
    const owner = ownerOfSet((change.after ?? change.before) as Objects['replicasets']);
    if (owner.kind === 'ReplicaSet') return this.#workload('ReplicaSet', change);
    return this.concerns(owner) ? replicaSetEvents(change, this.scene) : [];
  }

  #workload(kind: WorkloadKind, change: Change<KubernetesObject>): Event[] {
    const { name, uid } = (change.after ?? (change.before as KubernetesObject)).metadata;
    if (!this.concerns({ kind, name })) return [];
    const before = change.before === null ? null : (this.#readings.get(uid) ?? null);
    const after = change.after === null ? null : readWorkload(kind, change.after, this.relatives);
    const events = workloadEvents({ kind, change, before, after, rolling: this.#rolling.has(uid) }, this.scene);
    if (startsRollout(before, after)) this.#rolling.add(uid);
    else if (after === null || after.progress === 'complete') this.#rolling.delete(uid);
    if (after === null) this.#readings.delete(uid);
    else this.#readings.set(uid, after);
    return events;
  }

  #autoscaler(change: Change<Objects['horizontalpodautoscalers']>): Event[] {
    const { scaleTargetRef } = ((change.after ?? change.before) as Objects['horizontalpodautoscalers']).spec;
    return this.concerns(scaleTargetRef) ? autoscalerEvents(change, this.scene) : [];
  }

  #slice({ before, after, within }: Change<EndpointSlice>): Event[] {
    const services = new Set([before, after].flatMap((slice) => (slice === null ? [] : [serviceOf(slice)])));
    const slices = [...this.store.all('endpointslices').values()];
    return [...services].flatMap((service) => this.listings.change(service, slices, within));
  }

  #report(change: Change<Report>): Event[] {
    const { kind = '', name = '', uid } = (change.after ?? (change.before as Report)).involvedObject;
    if (kind === 'Pod') {
      const pod = this.#podCalled(name, uid);
      if (pod !== undefined && !this.concernsPod(pod)) return [];
      const owner = pod === undefined ? undefined : ownerOfPod(pod, this.scene);
      const about = { pod, name: this.#podNames.of(name, uid), owner: owner && this.scene.nameOfWorkload(owner) };
      return reportedEvents(change, { ...about, madeUs: this.scene.madeUs(pod?.metadata.uid ?? '') }, this.scene);
    }
    if (!isKnownKind(kind)) return [];
    const set = kind === 'ReplicaSet' ? this.store.get('replicasets', name) : undefined;
    // A report may be there before what it is about.
    const owner = kind !== 'ReplicaSet' ? { kind, name } : set && ownerOfSet(set);
    if (owner !== undefined && !this.concerns(owner)) return [];
    const about = { pod: undefined, name, owner: owner && this.scene.nameOfWorkload(owner) };
    return reportedEvents(change, { ...about, madeUs: this.scene.madeUs(uid ?? '') }, this.scene);
  }

  #podCalled(name: string, uid: string | undefined): Pod | undefined {
    const pod = this.store.get('pods', name);
    if (pod !== undefined && (uid === undefined || pod.metadata.uid === uid)) return pod;
    return uid === undefined
      ? [...this.gonePods.values()].findLast(({ metadata }) => metadata.name === name)
      : this.gonePods.get(uid);
  }

  #blind({ resource, fromUs, toUs, missedSince, ended, why }: Extract<Message, { kind: 'blind' }>): void {
    const earliestUs = missedSince === null ? fromUs : Math.min(fromUs, this.#times.knownUs(resource, missedSince));
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

function keyOf({ kind, name }: { kind: string; name: string }): string {
  return `${kind}/${name}`;
}

/** Who set which field is a third of an object, and was read. */
function withoutFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
