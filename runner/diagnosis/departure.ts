import type { Ending, Event } from '../../record/event.ts';
import type { DeploymentFacts, RunFacts } from '../../record/facts.ts';
import { podOf } from '../check/terminations.ts';
import { type Interval, intervalOf, sigtermOf } from './sigterm.ts';

export interface Exit extends Interval {
  code: number | null;
  signal: string | null;
  reason: string | null;
}

/** A replica that its platform told to go, and how it went. */
export interface Departure {
  pod: string;
  /** Its workload, as the run found it. */
  workload: DeploymentFacts;
  /** How it was to end: its own, where the platform tells, else its workload's. */
  ending: Ending;
  /** Replicas of the same workload and template run the same app. */
  app: string;
  told: Interval;
  sigterm: Interval;
  /** Before SIGTERM there was a hook of which nobody knows how long it took. */
  afterUnknownHook: boolean;
  exit: Exit;
  /** SIGKILL, as the platform itself tells of it. */
  killed: (Interval & { reason: string | null }) | null;
  /** It had grace until SIGKILL, and nothing else ended it. */
  isKilledAtGrace: boolean;
  /** Its probe failed when it had been told to go: for other than the end of all. */
  becameUnready: boolean;
}

/** Every replica that was told to go while its workload was known, and whose end was seen. */
export function departures({ events, target }: Pick<RunFacts, 'events' | 'target'>): Departure[] {
  const workloads = new Map((target.deployments ?? []).map((one) => [one.name, one]));
  const byPod = Map.groupBy(events, (event) => (event.subject.kind === 'endpoint' ? null : podOf(event)));
  return [...byPod].flatMap(([pod, own]) => {
    const told = own.find(({ kind }) => kind === 'terminating');
    const workload = workloads.get(told?.owner ?? '');
    const exited = own.findLast((one) => one.kind === 'exited' && one.subject.kind === 'replica');
    if (pod === null || told === undefined || workload === undefined || exited === undefined) return [];
    // It may have been told when its container had ended already, and would have been started again.
    if (exited.latestUs < told.earliestUs) return [];
    return [departure(pod, own, { told, exited, workload })];
  });
}

interface Known {
  told: Event;
  exited: Event;
  workload: DeploymentFacts;
}

function departure(pod: string, own: readonly Event[], { told, exited, workload }: Known): Departure {
  const ending = told.ending ?? workload;
  const killed = own.findLast(({ kind, earliestUs }) => kind === 'killed' && earliestUs >= told.earliestUs);
  const exit: Exit = {
    ...intervalOf(exited),
    code: exited.exitCode ?? null,
    signal: exited.signal ?? null,
    reason: exited.reason ?? null,
  };
  const isKilled = isKilledAtGrace({ exit, killed, told, ending });
  const { sigterm, afterUnknownHook } = sigtermOf({
    own,
    told,
    ending,
    ...(isKilled && { killedByUs: exit.latestUs }),
  });
  return {
    pod,
    workload,
    ending,
    app: `${told.owner} ${told.revision ?? told.version ?? ''}`,
    told: intervalOf(told),
    sigterm,
    afterUnknownHook,
    exit,
    killed: killed === undefined ? null : { ...intervalOf(killed), reason: killed.reason ?? null },
    isKilledAtGrace: isKilled,
    becameUnready: own.some(
      ({ kind, reason, earliestUs, latestUs }) =>
        (kind === 'unready' || (kind === 'probe-failed' && reason === 'readiness')) &&
        earliestUs > told.earliestUs &&
        latestUs < exit.earliestUs,
    ),
  };
}

/**
 * It was ended by SIGKILL since its grace was over, and by nothing else: not out of memory, not by a kill that somebody asked
 * for, and not before that time. An exit that the platform lost track of says nothing.
 */
function isKilledAtGrace(one: { exit: Exit; killed: Event | undefined; told: Interval; ending: Ending }): boolean {
  const { exit, killed, told, ending } = one;
  if (exit.code !== 137 && exit.signal !== 'SIGKILL') return false;
  if (exit.reason === 'OOMKilled' || exit.reason === 'ContainerStatusUnknown') return false;
  if (killed !== undefined && killed.reason !== 'GracePeriodExceeded') return false;
  return exit.latestUs - told.earliestUs >= ending.graceSeconds * 1e6;
}

/** The hook was still at it when the grace was over: what came after was the least that a kubelet leaves an app. */
export function isHookTooLong({ sigterm, told, ending }: Departure): boolean {
  return sigterm.earliestUs - told.earliestUs >= ending.graceSeconds * 1e6;
}
