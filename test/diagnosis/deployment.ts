import type { Event } from '../../record/event.ts';
import type { DeploymentFacts, RunFacts } from '../../record/facts.ts';
import { type AttemptAt, attempt, event, facts, lane } from '../check/run.ts';

/** Of three replicas, with 2 s to end in. */
export const shop: DeploymentFacts = {
  name: 'shop',
  promise: { replicas: 3, maxSurge: 1, maxUnavailable: 0, strategy: 'RollingUpdate' },
  readinessProbe: true,
  preStop: false,
  graceSeconds: 2,
};

const owner = { owner: 'shop', revision: 'r1' };

export interface Going {
  /** What it was told, and when it was sent SIGTERM and ended, ms. */
  told?: number;
  sigterm?: number | null;
  exited?: number;
  exit?: Partial<Event>;
  /** Of SIGKILL; by whom. */
  killed?: string;
}

/** A replica of the shop that is told to go at 1 s; without more it is killed at the end of its grace. */
export function going(
  pod: string,
  { told = 1000, sigterm = told, exited = told + 2010, exit = { exitCode: 137 }, killed }: Going = {},
): Event[] {
  return [
    event('terminating', pod, told, owner),
    ...(sigterm === null ? [] : [event('signalled', pod, sigterm, { ...owner, signal: 'SIGTERM' })]),
    ...(killed === undefined ? [] : [event('killed', pod, exited - 5, { ...owner, reason: killed })]),
    event('exited', pod, exited, { ...owner, ...exit }),
  ];
}

/** A run over the shop with a lane of new and one of kept connections. */
export function run(events: readonly Event[], rest: Partial<RunFacts> = {}): RunFacts {
  const { target } = facts();
  return facts({
    target: { ...target, deployments: [shop] },
    lanes: [lane('visitors'), lane('regulars', 'kept')],
    events: [...events],
    ...rest,
  });
}

/** A request on a kept connection to pod-1. */
export function kept(at: number, rest: Partial<AttemptAt> = {}) {
  return attempt({ at, lane: 'regulars', connection: 9000, connectionUse: 5, pod: 'pod-1', ...rest });
}
