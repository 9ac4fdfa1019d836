import type { LaneFacts, RunFacts } from './facts.ts';
import type { Result } from './result.ts';

export function isControl({ role }: Pick<LaneFacts, 'role'>): boolean {
  return role === 'control';
}

/** The names of the lanes that go to what nobody deploys. */
export function controlLanes({ lanes }: Pick<RunFacts, 'lanes'>): ReadonlySet<string> {
  return new Set(lanes.filter(isControl).map(({ name }) => name));
}

/** The facts of the app's own lanes: what is true of a control lane says nothing of the app. */
export function factsOfApp(facts: RunFacts): RunFacts {
  const control = controlLanes(facts);
  if (control.size === 0) return facts;
  return {
    ...facts,
    lanes: facts.lanes.filter((lane) => !isControl(lane)),
    events: facts.events.filter(({ subject }) => subject.kind !== 'lane' || !control.has(subject.name)),
  };
}

/** The lanes whose requests went to the app: a control lane is in no figure of it. */
export function appTraffic({ traffic }: Pick<Result, 'traffic'>): Result['traffic'] {
  return traffic.filter((lane) => !isControl(lane));
}
