import { expect, test } from 'vitest';
import { Clocks } from '../../../../targets/kubernetes/clock.ts';
import type { Change, Scene } from '../../../../targets/kubernetes/observe/change.ts';
import type { ContainerStatus, Pod } from '../../../../targets/kubernetes/observe/objects.ts';
import { tagOf } from '../../../../targets/kubernetes/observe/owner.ts';
import { podEvents } from '../../../../targets/kubernetes/observe/pod-events.ts';
import { pod as podParts } from './objects.ts';

const second = 1_000_000;
/** Both clocks say 1000 s when ours says 0, to the microsecond. */
const aheadUs = 1000 * second;
const at = (seconds: number) => new Date((aheadUs + seconds * second) / 1000).toISOString().replace('.000Z', 'Z');

function scene(): Scene {
  const clocks = new Clocks();
  for (const clock of [clocks.api, clocks.node('n1')])
    for (let us = 0; us < second; us += 10_000) clock.add(aheadUs, { earliestUs: us, latestUs: us });
  return {
    clocks,
    versionOf: tagOf,
    nameOf: ({ metadata }) => metadata.name,
    nameOfWorkload: ({ name }) => name,
    replicaSetOf: () => undefined,
    madeUs: () => 0,
    boundUs: () => 0,
  };
}

function pod(parts: Parameters<typeof podParts>[1] = {}): Pod {
  const made = podParts('app-5d9-a', { node: 'n1', ...parts });
  return { ...made, metadata: { uid: 'u', resourceVersion: '1', creationTimestamp: at(0), ...made.metadata } };
}

function events(before: Pod | null, after: Pod | null, within = { earliestUs: 7 * second, latestUs: 9 * second }) {
  const change: Change<Pod> = { before, after, within, first: false };
  return podEvents(change, scene());
}

const kinds = (all: ReturnType<typeof events>) => all.map(({ kind }) => kind);
const running = (id: string, startedAt: number) => ({
  state: { running: { startedAt: at(startedAt) } },
  containerID: id,
});
const ended = (id: string, finishedAt: number, exitCode: number, more = {}) => ({
  terminated: { containerID: id, exitCode, startedAt: at(1), finishedAt: at(finishedAt), reason: 'Error', ...more },
});

test('a start is told by the clock of its node, to what is known of that', () => {
  const [started] = events(pod(), pod(running('c1', 6)));
  expect(started).toMatchObject({ kind: 'started', owner: 'app', revision: '5d9', version: 'v1' });
  expect(started?.earliestUs).toBeGreaterThan(5.9 * second);
  expect(started?.earliestUs).toBeLessThanOrEqual(6 * second);
  expect(started?.latestUs).toBeGreaterThanOrEqual(7 * second - 20_000);
  expect(started?.latestUs).toBeLessThan(7.1 * second);
});

test('nothing is told later than it was seen', () => {
  const [started] = events(pod(), pod(running('c1', 8)), { earliestUs: 7 * second, latestUs: 8.2 * second });
  expect(started?.latestUs).toBe(8.2 * second);
});

test('T is when it was told to go, not when its grace will be over', () => {
  const metadata = { deletionTimestamp: at(38), deletionGracePeriodSeconds: 30 };
  const [told] = events(pod(), pod({ metadata }));
  expect(told).toMatchObject({ kind: 'terminating', ending: { graceSeconds: 30, preStop: false } });
  expect(told?.earliestUs).toBeGreaterThan(7.9 * second);
  expect(told?.latestUs).toBe(9 * second);
  // A second deletion with a shorter grace is no second T.
  const sooner = { deletionTimestamp: at(10), deletionGracePeriodSeconds: 2 };
  expect(kinds(events(pod({ metadata }), pod({ metadata: sooner })))).toEqual([]);
});

test('an exit has its code and reason, and a signal only where the runtime named one', () => {
  const [exit] = events(pod(running('c1', 1)), pod({ state: ended('c1', 6, 137, { reason: 'OOMKilled' }) }));
  expect(exit).toMatchObject({ kind: 'exited', exitCode: 137, reason: 'OOMKilled' });
  expect(exit).not.toHaveProperty('signal');
  const named = events(pod(running('c1', 1)), pod({ state: ended('c1', 6, 137, { signal: 9 }) }))[0];
  expect(named?.signal).toBe('SIGKILL');
});

test('a container of which the kubelet lost track ended nobody knows how', () => {
  const lost = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', finishedAt: null } };
  const exit = events(pod(running('c1', 1)), pod({ state: lost })).find(({ kind }) => kind === 'exited');
  expect(exit).toMatchObject({ reason: 'ContainerStatusUnknown' });
  expect(exit).not.toHaveProperty('exitCode');
});

test('a restart that was told of in one go is an end and a beginning', () => {
  const after = pod({ ...running('c2', 7), lastState: ended('c1', 6, 1), restartCount: 1 });
  expect(kinds(events(pod(running('c1', 1)), after))).toEqual(['exited', 'restarted']);
});

test('of restarts that came together those that left no trace are told as unknown', () => {
  const after = pod({ ...running('c4', 8), lastState: ended('c3', 7, 1), restartCount: 3 });
  const all = events(pod(running('c1', 1)), after);
  expect(all.filter(({ kind }) => kind === 'restarted')).toHaveLength(3);
  const exits = all.filter(({ kind }) => kind === 'exited');
  expect(exits.map(({ exitCode }) => exitCode)).toEqual([undefined, undefined, 1]);
});

test('waiting in a crash loop, or for an image, is told once', () => {
  const waiting = (reason: string) => ({ state: { waiting: { reason, message: 'back-off' } } });
  const crashing = pod({ ...waiting('CrashLoopBackOff'), lastState: ended('c1', 6, 1) });
  expect(kinds(events(pod(running('c1', 1)), crashing))).toEqual(['exited', 'back-off']);
  expect(kinds(events(crashing, crashing))).toEqual([]);
  expect(events(pod(), pod(waiting('ImagePullBackOff')))[0]).toMatchObject({
    kind: 'back-off',
    reason: 'ImagePullBackOff',
  });
  expect(kinds(events(pod(), pod(waiting('ContainerCreating'))))).toEqual([]);
});

test('of several containers each has its own events, and the pod ends with the last', () => {
  const two = (first: Partial<ContainerStatus>, other: Partial<ContainerStatus>, leaving = true): Pod => {
    const one = pod(leaving ? { metadata: { deletionTimestamp: at(9), deletionGracePeriodSeconds: 30 } } : {});
    const status = { restartCount: 0, ready: false };
    one.status = {
      ...one.status,
      containerStatuses: [
        { name: 'app', ...status, ...first },
        { name: 'proxy', ...status, ...other },
      ],
    };
    return one;
  };
  const both = two(running('c1', 1), running('c2', 1));
  const proxyGone = two(running('c1', 1), { state: ended('c2', 6, 0) });
  const bothGone = two({ state: ended('c1', 7, 0) }, { state: ended('c2', 6, 0) });
  expect(events(both, proxyGone).map(({ kind, subject }) => [kind, subject.kind, subject.name])).toEqual([
    ['exited', 'container', 'app-5d9-a/proxy'],
  ]);
  expect(events(proxyGone, bothGone).map(({ kind, subject }) => [kind, subject.kind, subject.name])).toEqual([
    ['exited', 'container', 'app-5d9-a/app'],
    ['exited', 'replica', 'app-5d9-a'],
  ]);
});

test('a pod that is removed without its end being told has gone, and that is all', () => {
  expect(kinds(events(pod(running('c1', 1)), null))).toEqual(['gone']);
});

test('the tag of an image', () => {
  expect(tagOf('mimuc/helloworld:v0.0.2')).toBe('v0.0.2');
  expect(tagOf('127.0.0.1:5000/mimuc/helloworld:v0.0.2@sha256:ab')).toBe('v0.0.2');
  expect(tagOf('127.0.0.1:5000/mimuc/helloworld')).toBe('latest');
  expect(tagOf('mimuc/helloworld@sha256:ab')).toBe('sha256:ab');
});
