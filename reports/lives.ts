import type { Result } from '../record/result.ts';

type RunEvent = Result['events'][number];

export type LifePhase = 'starting' | 'unready' | 'ready' | 'terminating';

/** What the platform said of one replica, as stretches of time in ms from the start of traffic. */
export interface Life {
  pod: string;
  version: string | null;
  phases: { phase: LifePhase; fromMs: number; toMs: number }[];
  /** When new connections could be led to it. */
  routed: { fromMs: number; toMs: number }[];
  /** Its last end, in words: `exited with code 1`, `killed (137)`. */
  end: string | null;
}

/** The phase that a replica is in after such an event; null where nothing of it runs. */
const phaseAfter: Record<string, LifePhase | null> = {
  created: 'starting',
  started: 'starting',
  restarted: 'starting',
  ready: 'ready',
  unready: 'unready',
  terminating: 'terminating',
  exited: null,
  killed: null,
  gone: null,
};

/** The replicas in the order in which they appeared, each with its phases up to `endMs`. */
export function livesOf(result: Result, endMs: number): Life[] {
  const byPod = new Map<string, RunEvent[]>();
  for (const event of [...result.events].sort((a, b) => timeOf(a) - timeOf(b))) {
    if (!isOfReplica(event)) continue;
    const events = byPod.get(event.subject.name);
    if (events) events.push(event);
    else byPod.set(event.subject.name, [event]);
  }
  return [...byPod].map(([pod, events]) => lifeOf(pod, events, endMs));
}

function isOfReplica({ kind, subject }: RunEvent): boolean {
  if (subject.kind === 'replica' || subject.kind === 'container') return kind in phaseAfter;
  return subject.kind === 'endpoint' && (kind === 'route-added' || kind === 'route-removed');
}

/** When it happened, as a point: the middle of the interval that is known. */
export function timeOf(event: RunEvent): number {
  return (event.fromMs + event.toMs) / 2;
}

function lifeOf(pod: string, events: readonly RunEvent[], endMs: number): Life {
  const life: Life = { pod, version: null, phases: [], routed: [], end: null };
  let phase = null as { phase: LifePhase; fromMs: number } | null;
  let routedFrom = null as number | null;
  for (const event of events) {
    life.version ??= event.version ?? null;
    const now = timeOf(event);
    if (event.kind === 'route-added') routedFrom ??= now;
    else if (event.kind === 'route-removed') {
      if (routedFrom !== null) life.routed.push({ fromMs: routedFrom, toMs: now });
      routedFrom = null;
    } else {
      if (event.kind === 'exited' || event.kind === 'killed') life.end = endOf(event);
      if (event.kind === 'restarted') life.end = `${life.end ?? 'ended'}, restarted`;
      const next = nextPhase(phase?.phase ?? null, life.phases.length > 0, event.kind);
      if (next === (phase?.phase ?? null)) continue;
      if (phase) life.phases.push({ ...phase, toMs: now });
      phase = next && { phase: next, fromMs: now };
    }
  }
  if (phase) life.phases.push({ ...phase, toMs: Math.max(endMs, phase.fromMs) });
  if (routedFrom !== null) life.routed.push({ fromMs: routedFrom, toMs: Math.max(endMs, routedFrom) });
  return life;
}

/**
 * A replica that was told to stop gets no readier by a probe; of one that has ended, no probe but only a new start makes
 * more.
 */
function nextPhase(now: LifePhase | null, hasLived: boolean, kind: string): LifePhase | null {
  const next = phaseAfter[kind] ?? null;
  if (now === 'terminating') return next === null ? null : 'terminating';
  if (now === null && hasLived) return next === 'starting' ? next : null;
  return next;
}

function endOf({ kind, exitCode, signal, reason }: RunEvent): string {
  // 137 is 128 + SIGKILL, whoever sent it: the kubelet at the end of the grace, the kernel out of memory.
  if (kind === 'killed' || exitCode === 137) return reason === 'OOMKilled' ? 'killed (out of memory)' : 'killed';
  if (exitCode !== undefined) return `exited with code ${exitCode}`;
  return signal ? `ended by ${signal}` : 'exited';
}
