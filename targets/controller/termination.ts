import { nowUs } from '../../record/clock.ts';
import type { Event, EventKind } from '../../record/event.ts';
import type { Hook } from '../manifest/model.ts';
import { getStatus } from './probe.ts';
import type { PodPlace, RunningContainer } from './replica-runner.ts';
import type { Timers } from './timers.ts';

/** However little is left of the grace, an app gets this long after SIGTERM (minimumGracePeriodInSeconds, pkg/kubelet/kuberuntime). */
const leastSeconds = 2;

interface Termination {
  container: RunningContainer;
  place: PodPlace;
  preStop: Hook | undefined;
  graceSeconds: number;
  timers: Timers;
  emit(kind: EventKind, details?: Partial<Event>): void;
}

/**
 * Ends a container as the kubelet does (killContainer, pkg/kubelet/kuberuntime/kuberuntime_container.go): the preStop
 * hook, within the grace; SIGTERM to its first process; SIGKILL when what the hook left of the grace, at least 2 s, is
 * over. Whole seconds of the hook count, so it may have up to a second for nothing. Resolves when it has exited.
 */
export async function terminate({ container, place, preStop, graceSeconds, timers, emit }: Termination): Promise<void> {
  let exited = false;
  const exit = container.exited.then(() => {
    exited = true;
  });
  const within = async (seconds: number, other: Promise<unknown>): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = timers.after(seconds * 1000, resolve);
    await Promise.race([promise, exit, other]);
    cancel();
  };

  const send = async (signal: NodeJS.Signals, kind: EventKind, details: Partial<Event> = {}): Promise<void> => {
    const { earliest, latest } = await container.signal(signal);
    emit(kind, { signal, earliestUs: earliest, latestUs: latest, ...details });
  };

  let leftSeconds = graceSeconds;
  if (preStop !== undefined && graceSeconds > 0) {
    const fromUs = nowUs();
    emit('prestop-started');
    let outcome: { kind: EventKind; message?: string } = {
      kind: 'prestop-failed',
      message: `preStop was not over within the grace of ${graceSeconds} s`,
    };
    const hook = runHook(preStop, { container, place, timers, limitMs: graceSeconds * 1000 }).then(
      () => {
        outcome = { kind: 'prestop-ended' };
      },
      (error: unknown) => {
        outcome = { kind: 'prestop-failed', message: error instanceof Error ? error.message : String(error) };
      },
    );
    await within(graceSeconds, hook);
    if (exited) return;
    emit(outcome.kind, outcome.message === undefined ? {} : { message: outcome.message });
    leftSeconds -= Math.floor((nowUs() - fromUs) / 1_000_000);
  }

  await send('SIGTERM', 'signalled');
  await within(Math.max(leftSeconds, leastSeconds), exit);
  if (exited) return;
  await send('SIGKILL', 'killed', { reason: 'GracePeriodExceeded' });
  await exit;
}

interface HookSurroundings {
  container: RunningContainer;
  place: PodPlace;
  timers: Timers;
  limitMs: number;
}

async function runHook(hook: Hook, { container, place, timers, limitMs }: HookSurroundings): Promise<void> {
  if (hook.kind === 'sleep') {
    await new Promise<void>((resolve) => timers.after(hook.seconds * 1000, resolve));
  } else if (hook.kind === 'exec') {
    const { code, stderr } = await container.exec(hook.command, limitMs);
    if (code !== 0) throw new Error(`${hook.command[0]} exited with ${code}: ${stderr.trim().slice(0, 200)}`);
  } else {
    const status = await getStatus(hook.httpGet, place, limitMs);
    if (status < 200 || status >= 400) throw new Error(`GET ${hook.httpGet.path} answered ${status}`);
  }
}
