import type { Observer } from './observe/observer.ts';

/** Whether a Service's list of endpoints is that of a selector: the ready pods that have its labels, and no other. */
export function listsSelected(observer: Observer, service: string, selector: Record<string, string>): boolean {
  const pods = observer
    .all('pods')
    .filter(
      ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined &&
        Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value) &&
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
  const listed = observer
    .all('endpointslices')
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ targetRef }) => targetRef?.name ?? []);
  const sorted = (names: Iterable<string>) => [...names].sort().join();
  return sorted(pods.map(({ metadata }) => metadata.name)) === sorted(new Set(listed));
}
