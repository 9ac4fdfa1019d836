import { HitlessError } from '../../record/error.ts';
import type { TargetState } from '../../targets/target.ts';
import type { StepContext } from './step.ts';

/** The run was interrupted while a step waited; not an error of anybody's. */
export class Interrupted extends Error {
  constructor(message = 'interrupted') {
    super(message);
    this.name = 'Interrupted';
  }
}

/** setTimeout fires at once for delays past 2^31 - 1 ms. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves after so many microseconds; rejects with Interrupted when the run is. */
export function sleepUs(us: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Interrupted());
    const onAbort = () => {
      clearTimeout(timer);
      reject(new Interrupted());
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      Math.min(us / 1000, longestTimerMs),
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Waits until `judge` returns something other than undefined for the target's state, asked now and at each change.
 * Returns that, or null when `timeoutUs` is over first.
 */
export async function waitFor<T>(
  context: Pick<StepContext, 'target' | 'signal'>,
  timeoutUs: number,
  judge: (state: TargetState) => T | undefined,
): Promise<T | null> {
  const { target, signal } = context;
  const settled = new AbortController();
  let stopListening = () => {};
  const found = new Promise<T>((resolve, reject) => {
    const ask = () => {
      try {
        const answer = judge(target.state());
        if (answer !== undefined) resolve(answer);
      } catch (error) {
        reject(error);
      }
    };
    stopListening = target.onChange(ask);
    ask();
  });
  const timeout = sleepUs(timeoutUs, AbortSignal.any([signal, settled.signal])).then(() => null);
  try {
    return await Promise.race([found, timeout]);
  } finally {
    stopListening();
    timeout.catch(() => {});
    settled.abort();
  }
}

/** For steps that wait for the target itself, such as a call that it answers late. */
export async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw new Interrupted();
  let onAbort = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new Interrupted());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The Deployment of that name, or an error that lists those that there are. */
export function deploymentOf(state: TargetState, name: string) {
  const found = state.deployments.find((deployment) => deployment.name === name);
  if (found) return found;
  const known = state.deployments.map((deployment) => deployment.name).join(', ') || 'none';
  throw new HitlessError('HITLESS_NO_DEPLOYMENT', `no Deployment "${name}" on the target (there: ${known})`, {
    blame: 'usage',
  });
}
