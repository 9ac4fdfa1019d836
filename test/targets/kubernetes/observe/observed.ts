import { onTestFinished } from 'vitest';
import type { Event, EventKind } from '../../../../record/event.ts';
import { Observer, type ObserverOptions } from '../../../../targets/kubernetes/observe/observer.ts';
import { ApiServer } from './api-server.ts';

/** A server, and an observer of its namespace `test` that has started. Both are stopped with the test. */
export async function observed(
  prepare: (api: ApiServer) => void = () => {},
  aheadMs = 0,
  options: Pick<ObserverOptions, 'kinds' | 'workloads' | 'services' | 'concernsPod'> = {},
) {
  const api = await ApiServer.start(aheadMs);
  onTestFinished(() => api.stop());
  prepare(api);
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const one of waiting) one();
  };
  const observer = new Observer(api.kubeConfig(), {
    namespace: 'test',
    ...options,
    onEvent: (event) => {
      events.push(event);
      queueMicrotask(look);
    },
    onChange: look,
  });
  onTestFinished(() => observer.stop());
  await observer.start();
  /** Resolves at the first change after which it holds; the test's own limit ends the wait. */
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const ask = () => {
        if (!holds()) return;
        waiting.delete(ask);
        resolve();
      };
      waiting.add(ask);
      ask();
    });
  const seen = (kind: EventKind, name: string) =>
    events.find((event) => event.kind === kind && event.subject.name === name);
  const told = async (kind: EventKind, name: string): Promise<Event> => {
    await until(() => seen(kind, name) !== undefined);
    return seen(kind, name) as Event;
  };
  return { api, observer, events, until, seen, told };
}
