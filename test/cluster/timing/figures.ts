import type { Moments } from './pods.ts';
import type { Visited } from './visits.ts';

/** The times that docs/local-target.md names, in ms, each sorted. */
export function figuresOf(pods: readonly Moments[], visited: ReadonlyMap<string, Visited>, visits: [number, number]) {
  const [from, to] = visits;
  const between = (
    part: Moments['part'],
    first: (pod: Moments) => number | undefined,
    last: (pod: Moments) => number | undefined,
  ) =>
    pods
      .filter((pod) => pod.part === part)
      .map((pod) => Math.round((last(pod) ?? Number.NaN) - (first(pod) ?? Number.NaN)))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
  const visitOf = (pod: Moments) => visited.get(pod.name ?? '');
  const at =
    (moment: 'created' | 'started' | 'ready' | 'deleted' | 'ended' | 'unready' | 'restarted') => (pod: Moments) =>
      pod[moment];
  return {
    createdToStarted: between('rollouts', at('created'), at('started')),
    startedToReady: between('rollouts', at('started'), at('ready')),
    readyToFirstConnection: between('rollouts', at('ready'), (pod) =>
      pod.created > from ? visitOf(pod)?.firstMs : undefined,
    ),
    deletedToLastConnection: between('rollouts', at('deleted'), (pod) =>
      (pod.deleted ?? to) < to ? visitOf(pod)?.lastMs : undefined,
    ),
    endedToUnready: between('ends', at('ended'), at('unready')),
    unreadyToRestarted: between('ends', at('unready'), at('restarted')),
    endedToRestarted: between('ends', at('ended'), at('restarted')),
  };
}
