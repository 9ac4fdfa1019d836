import type { Event } from '../../record/event.ts';
import type { DeploymentFacts, RunFacts } from '../../record/facts.ts';
import { podOf } from '../check/terminations.ts';

/** Microseconds of the run's clock between which something happened. */
export interface Interval {
  earliestUs: number;
  latestUs: number;
}

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
  /** Replicas of the same workload and template run the same app. */
  app: string;
  told: Interval;
  /** null where it cannot be known when the app was sent SIGTERM: behind a hook of unknown length. */
  sigterm: Interval | null;
  exit: Exit;
  /** SIGKILL, as the platform itself tells of it. */
  killed: (Interval & { reason: string | null }) | null;
}

/** A kubelet hears of a deletion by its watch, and of a hook's end in its own time. */
const kubeletLagUs = 2_000_000;

/** Every replica that was told to go while its workload was known, and whose end was seen. */
export function departures({ events, target }: Pick<RunFacts, 'events' | 'target'>): Departure[] {
  const workloads = new Map((target.deployments ?? []).map((one) => [one.name, one]));
  const byPod = Map.groupBy(events, (event) => (event.subject.kind === 'endpoint' ? null : podOf(event)));
  return [...byPod].flatMap(([pod, own]) => {
    const told = first(own, 'terminating');
    const workload = workloads.get(told?.owner ?? '');
    const exited = own.findLast((one) => one.kind === 'exited' && one.subject.kind === 'replica');
    if (pod === null || told === undefined || workload === undefined || exited === undefined) return [];
    // It may have been told when its container had ended already, and would have been started again.
    if (exited.latestUs < told.earliestUs) return [];
    const killed = own.findLast(({ kind, earliestUs }) => kind === 'killed' && earliestUs >= told.earliestUs);
    return [
      {
        pod,
        workload,
        app: `${told.owner} ${told.revision ?? told.version ?? ''}`,
        told: intervalOf(told),
        sigterm: sigtermOf(own, told, workload),
        exit: {
          ...intervalOf(exited),
          code: exited.exitCode ?? null,
          signal: exited.signal ?? null,
          reason: exited.reason ?? null,
        },
        killed: killed === undefined ? null : { ...intervalOf(killed), reason: killed.reason ?? null },
      },
    ];
  });
}

/** As the platform tells, or by when its kubelet began to stop it and how long its hook sleeps. */
function sigtermOf(own: readonly Event[], told: Event, workload: DeploymentFacts): Interval | null {
  const sent = own.find(
    ({ kind, signal, earliestUs }) => kind === 'signalled' && signal === 'SIGTERM' && earliestUs >= told.earliestUs,
  );
  if (sent !== undefined) return intervalOf(sent);
  const { preStop, preStopSeconds, graceSeconds } = workload;
  if (preStop && preStopSeconds === undefined) return null;
  const hookUs = Math.min(preStopSeconds ?? 0, graceSeconds) * 1e6;
  const stopping = first(own, 'stopping');
  return {
    earliestUs: told.earliestUs + hookUs,
    latestUs: Math.max(told.latestUs, stopping?.latestUs ?? 0) + hookUs + kubeletLagUs,
  };
}

/**
 * It was ended by SIGKILL since its grace was over, and by nothing else: not out of memory, not by a kill that somebody asked
 * for, and not before that time. An exit that the platform lost track of says nothing.
 */
export function isKilledAtGrace({ exit, killed, told, workload }: Departure): boolean {
  if (exit.code !== 137 && exit.signal !== 'SIGKILL') return false;
  if (exit.reason === 'OOMKilled' || exit.reason === 'ContainerStatusUnknown') return false;
  if (killed !== null && killed.reason !== 'GracePeriodExceeded') return false;
  return exit.latestUs - told.earliestUs >= workload.graceSeconds * 1e6;
}

/** The hook was still at it when the grace was over: what came after was the least that a kubelet leaves an app. */
export function isHookTooLong({ sigterm, told, workload }: Departure): boolean {
  return sigterm !== null && sigterm.earliestUs - told.earliestUs >= workload.graceSeconds * 1e6;
}

function first(own: readonly Event[], kind: Event['kind']): Event | undefined {
  return own.find((one) => one.kind === kind);
}

function intervalOf({ earliestUs, latestUs }: Interval): Interval {
  return { earliestUs, latestUs };
}
