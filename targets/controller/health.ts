import type { Container, Probe } from '../manifest/model.ts';
import { probeOnce } from './probe.ts';
import { startProber } from './prober.ts';
import type { PodPlace, RunningContainer } from './replica-runner.ts';
import type { Timers } from './timers.ts';

export type ProbeName = 'startup' | 'readiness' | 'liveness';

interface Health {
  spec: Container;
  place: PodPlace;
  container: RunningContainer;
  timers: Timers;
  onReady(ready: boolean, message: string): void;
  /** It failed its liveness or startup probe and must be started anew. */
  onUnhealthy(name: ProbeName, message: string): void;
  onProbeFailed(name: ProbeName, message: string): void;
}

/**
 * Watches one container's health from its start: the startup probe first and alone; then, or without one at once, the
 * other two. Without a readiness probe it is ready then. The first returned function ends all of it, the second what a
 * terminating pod is no longer asked: whether it lives.
 */
export function watchHealth(health: Health): { stop(): void; stopLiveness(): void } {
  const stops = new Map<ProbeName, () => void>();

  function start(name: ProbeName, probe: Probe, onVerdict: (success: boolean, message: string) => void): void {
    const limitMs = probe.timeoutSeconds * 1000;
    const once = () => probeOnce(probe.action, health.place, health.container, limitMs);
    const onFailure = (message: string) => health.onProbeFailed(name, message);
    stops.set(name, startProber({ probe, timers: health.timers, once, onFailure, onVerdict }));
  }

  function end(...names: ProbeName[]): void {
    for (const name of names) stops.get(name)?.();
  }

  function begin(): void {
    const { readiness, liveness } = health.spec;
    if (readiness === undefined) health.onReady(true, '');
    else start('readiness', readiness, health.onReady);
    if (liveness === undefined) return;
    start('liveness', liveness, (success, message) => {
      if (success) return;
      end('liveness');
      health.onUnhealthy('liveness', message);
    });
  }

  const { startup } = health.spec;
  if (startup === undefined) begin();
  else
    start('startup', startup, (success, message) => {
      end('startup');
      if (success) begin();
      else health.onUnhealthy('startup', message);
    });
  return { stop: () => end('startup', 'readiness', 'liveness'), stopLiveness: () => end('startup', 'liveness') };
}
