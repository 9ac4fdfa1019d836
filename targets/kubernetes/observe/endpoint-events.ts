import type { Event, EventKind } from '../../../record/event.ts';
import type { Interval } from '../clock.ts';
import { eventAt } from './change.ts';
import type { EndpointSlice } from './objects.ts';

/** Which Service a slice belongs to. */
export function serviceOf({ metadata }: EndpointSlice): string | undefined {
  return metadata.labels?.['kubernetes.io/service-name'];
}

/** The replicas behind a Service, as the record calls them; an endpoint that is no pod goes by its address. */
export interface Listing {
  /** As ready. */
  listed: ReadonlySet<string>;
  /**
   * kube-proxy leads new connections to them: those that are listed, or, where there are none, those that serve while they
   * terminate (KEP-1669).
   */
  chosen: ReadonlySet<string>;
}

/** A Service may have several slices, and an endpoint may for a moment be in two. `nameOf`: what a pod is called. */
export function listingOf(
  slices: readonly EndpointSlice[],
  nameOf: (name: string, uid: string | undefined) => string = (name) => name,
): Listing {
  const listed = new Set<string>();
  const leaving = new Set<string>();
  for (const { addresses, conditions, targetRef } of slices.flatMap(({ endpoints }) => endpoints ?? [])) {
    const isPod = targetRef?.kind === 'Pod' && targetRef.name !== undefined;
    const name = isPod ? nameOf(targetRef.name as string, targetRef.uid) : addresses[0];
    if (name === undefined) continue;
    // "A nil value should be interpreted as true" (discovery/v1).
    if (conditions?.ready ?? true) listed.add(name);
    else if (conditions?.terminating && (conditions.serving ?? false)) leaving.add(name);
  }
  return { listed, chosen: listed.size > 0 ? listed : leaving };
}

/**
 * From a change of the list to every node's kube-proxy following it, in microseconds: it writes its rules at most once a second
 * (--iptables-min-sync-period), and takes a moment for that.
 */
export const spreadUs = 1_300_000;

/** What changed for a Service between two listings. */
export function endpointEvents(service: string, before: Listing, after: Listing, within: Interval): Event[] {
  const tell = (interval: Interval, kind: EventKind) => (name: string) =>
    eventAt(interval, kind, { kind: 'endpoint', name }, { owner: service });
  const routes = { earliestUs: within.earliestUs, latestUs: within.latestUs + spreadUs };
  return [
    ...without(before.listed, after.listed).map(tell(within, 'endpoint-removed')),
    ...without(after.listed, before.listed).map(tell(within, 'endpoint-added')),
    ...without(before.chosen, after.chosen).map(tell(routes, 'route-removed')),
    ...without(after.chosen, before.chosen).map(tell(routes, 'route-added')),
  ];
}

/** Those of the one that are not in the other. */
export function without(names: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...names].filter((name) => !others.has(name));
}
