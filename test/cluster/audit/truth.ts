import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { EventKind } from '../../../record/event.ts';
import { stampOf } from '../../../targets/kubernetes/clock.ts';
import { listingOf, serviceOf, without } from '../../../targets/kubernetes/observe/endpoint-events.ts';
import type { ContainerStatus, EndpointSlice, Pod, Resource } from '../../../targets/kubernetes/observe/objects.ts';
import { PodNames } from '../../../targets/kubernetes/observe/pod-names.ts';

/** One change, as the API server's audit log has it: it was made at some moment between these two, on our clock. */
export interface Truth {
  kind: EventKind;
  name: string;
  fromUs: number;
  toUs: number;
}

interface Line {
  verb: string;
  objectRef?: { resource?: string; namespace?: string; name?: string; uid?: string; subresource?: string };
  responseStatus?: { code?: number };
  responseObject?: { kind?: string; metadata?: { name: string; uid?: string; resourceVersion?: string } };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

/** How long the log is now, in bytes. */
export function lengthOf(log: string): number {
  return statSync(log).size;
}

/** Every change of a pod or an endpoint that the log has from `start` on. `offsetUs`: of the server's clock from ours. */
export function truthsOf(log: string, start: number, namespace: string, offsetUs: number): Truth[] {
  const lines = readLines(log, start)
    .filter(
      ({ objectRef, responseStatus }) => objectRef?.namespace === namespace && (responseStatus?.code ?? 500) < 300,
    )
    .sort((a, b) => versionOf(a) - versionOf(b));
  const pods = new Map<string, Pod>();
  const names = new PodNames();
  const slices = new Map<string, EndpointSlice>();
  const resourceOf = ({ objectRef }: Line) => objectRef?.resource as Resource;
  return lines.flatMap((line) => {
    const fromUs = microsecondsOf(line.requestReceivedTimestamp) - offsetUs;
    const toUs = microsecondsOf(line.stageTimestamp) - offsetUs;
    const tell = (kind: EventKind, name: string, atUs = fromUs): Truth => ({ kind, name, fromUs: atUs, toUs });
    if (resourceOf(line) === 'pods') return ofPod(line, { pods, names }, offsetUs, tell);
    if (resourceOf(line) === 'endpointslices') return ofSlice(line, { slices, names }, tell);
    return [];
  });
}

type Tell = (kind: EventKind, name: string, fromUs?: number) => Truth;

interface Known {
  names: PodNames;
}

function ofPod(line: Line, { pods, names }: Known & { pods: Map<string, Pod> }, offsetUs: number, tell: Tell): Truth[] {
  const { verb, objectRef, responseObject } = line;
  const uid = responseObject?.kind === 'Pod' ? responseObject.metadata?.uid : objectRef?.uid;
  const name = names.of(objectRef?.name ?? responseObject?.metadata?.name ?? '', uid);
  if (objectRef?.subresource === 'binding') return [tell('scheduled', name)];
  if (responseObject?.kind !== 'Pod') return objectRef?.subresource === 'eviction' ? [tell('terminating', name)] : [];
  const pod = responseObject as unknown as Pod;
  const before = pods.get(name);
  const truths: Truth[] = [];
  if (verb === 'create') truths.push(tell('created', name));
  if (pod.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined)
    truths.push(tell('terminating', name));
  if (verb === 'delete' && pod.metadata.deletionGracePeriodSeconds === 0) return [...truths, tell('gone', name)];
  pods.set(name, pod);
  if (isReady(pod) !== isReady(before)) truths.push(tell(isReady(pod) ? 'ready' : 'unready', name));
  for (const status of pod.status?.containerStatuses ?? []) {
    const earlier = before?.status?.containerStatuses?.find((one) => one.name === status.name);
    for (const [kind, stamp] of turnsOf(status, earlier)) {
      // By a node's clock, which on this machine is the server's; a stamp is cut to the second.
      const atUs = stampOf(stamp);
      truths.push(atUs === null ? tell(kind, name) : tell(kind, name, atUs - offsetUs));
    }
  }
  return truths;
}

function turnsOf(
  status: ContainerStatus,
  earlier: ContainerStatus | undefined,
): [EventKind, string | null | undefined][] {
  const known = new Set([...idsOf(earlier, 'ran'), ...idsOf(earlier, 'ended')]);
  const ended = new Set(idsOf(earlier, 'ended'));
  const { state, lastState, restartCount } = status;
  const turns: [EventKind, string | null | undefined][] = [];
  for (const [index, one] of [lastState, state].entries()) {
    const id = one?.terminated?.containerID ?? (one?.running === undefined ? undefined : status.containerID);
    if (id === undefined) continue;
    const first = restartCount === 0 || (restartCount === 1 && index === 0 && state?.waiting === undefined);
    if (!known.has(id))
      turns.push([first ? 'started' : 'restarted', one?.running?.startedAt ?? one?.terminated?.startedAt]);
    if (one?.terminated !== undefined && !ended.has(id)) turns.push(['exited', one.terminated.finishedAt]);
  }
  return turns;
}

function idsOf(status: ContainerStatus | undefined, what: 'ran' | 'ended'): string[] {
  const ends = [status?.state?.terminated?.containerID, status?.lastState?.terminated?.containerID];
  const runs = status?.state?.running === undefined ? [] : [status.containerID];
  return (what === 'ended' ? ends : runs).filter((id) => id !== undefined);
}

function ofSlice(
  { verb, objectRef, responseObject }: Line,
  { slices, names }: Known & { slices: Map<string, EndpointSlice> },
  tell: Tell,
): Truth[] {
  const nameOf = (pod: string, uid: string | undefined) => names.of(pod, uid);
  const name = objectRef?.name ?? responseObject?.metadata?.name ?? '';
  const slice = responseObject as unknown as EndpointSlice;
  const service = serviceOf(slices.get(name) ?? slice);
  const own = () => [...slices.values()].filter((one) => serviceOf(one) === service);
  const before = listingOf(own(), nameOf).listed;
  if (verb === 'delete') slices.delete(name);
  else slices.set(name, slice);
  const after = listingOf(own(), nameOf).listed;
  return [
    ...without(before, after).map((pod) => tell('endpoint-removed', pod)),
    ...without(after, before).map((pod) => tell('endpoint-added', pod)),
  ];
}

function isReady(pod: Pod | undefined): boolean {
  return pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

function versionOf({ responseObject }: Line): number {
  return Number(responseObject?.metadata?.resourceVersion ?? 0);
}

/** `2026-11-24T18:23:28.308725Z` in microseconds. */
function microsecondsOf(text: string): number {
  const fraction = /\.(\d+)Z$/.exec(text)?.[1] ?? '';
  return Math.floor(Date.parse(text) / 1000) * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

function readLines(log: string, start: number): Line[] {
  const length = lengthOf(log) - start;
  const bytes = Buffer.alloc(Math.max(0, length));
  const fd = openSync(log, 'r');
  readSync(fd, bytes, 0, bytes.length, start);
  closeSync(fd);
  const text = bytes.toString('utf8');
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
