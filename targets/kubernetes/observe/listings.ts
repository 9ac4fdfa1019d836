import type { Event } from '../../../record/event.ts';
import type { Interval } from '../clock.ts';
import { said } from './change.ts';
import { endpointEvents, type Listing, listingOf, serviceOf, spreadUs, without } from './endpoint-events.ts';
import type { EndpointSlice } from './objects.ts';
import { PodNames } from './pod-names.ts';

interface Place {
  chosen: boolean;
  /** When every node surely follows that. */
  settledUs: number;
  /** Whether connections may have gone there before. */
  wasRouted: boolean;
}

const none: Listing = { listed: new Set(), chosen: new Set() };

/** What the EndpointSlices of each Service list, and where new connections are led by that, a moment later. */
export class Listings {
  readonly #services: ReadonlySet<string> | null;
  readonly #names: PodNames;
  readonly #known = new Map<string, Listing>();
  readonly #places = new Map<string, Place>();

  /** services: no others count; null for all. */
  constructor(services: readonly string[] | null, names = new PodNames()) {
    this.#services = services && new Set(services);
    this.#names = names;
  }

  /** A slice of this Service changed; `slices` are all there are now. */
  change(service: string | undefined, slices: Iterable<EndpointSlice>, within: Interval): Event[] {
    if (service === undefined || this.#services?.has(service) === false) return [];
    const own = [...slices].filter((slice) => serviceOf(slice) === service);
    const before = this.#known.get(service) ?? none;
    const after = listingOf(own, (name, uid) => this.#names.of(name, uid));
    this.#known.set(service, after);
    const events = endpointEvents(service, before, after, within);
    const moved = [...without(before.chosen, after.chosen), ...without(after.chosen, before.chosen)];
    for (const name of moved) this.#move(name, within.latestUs);
    return events.map((event) => ({ ...event, ...said({ uid: this.#names.uidOf(event.subject.name) }) }));
  }

  /** Some Service lists it as ready. */
  lists(pod: string): boolean {
    return [...this.#known.values()].some(({ listed }) => listed.has(pod));
  }

  /** New connections can go there, as far as can be told at this moment. */
  routes(pod: string, atUs: number): boolean {
    const place = this.#places.get(pod);
    if (place === undefined) return false;
    return atUs >= place.settledUs ? place.chosen : place.wasRouted;
  }

  #move(pod: string, atUs: number): void {
    const chosen = [...this.#known.values()].some((one) => one.chosen.has(pod));
    const before = this.#places.get(pod);
    if ((before?.chosen ?? false) === chosen) return;
    // Taken off the list while it was being put on it: some node may lead there already.
    const wasRouted = before !== undefined && (this.routes(pod, atUs) || before.chosen);
    this.#places.set(pod, { chosen, settledUs: atUs + spreadUs, wasRouted });
  }
}
