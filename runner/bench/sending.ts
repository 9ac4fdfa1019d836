import { availableParallelism } from 'node:os';
import type { Traffic } from '../traffic/traffic.ts';

export const lookEveryMs = 100;

/** A closed loop takes what it gets: half of the cores are left to a server that is here too. */
export function closedLoopThreads(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}

/** Waits for what is under way; at once where nobody wants to wait any more. `tell`: meanwhile, each 100 ms. */
export async function stopped(traffic: Traffic, ended: AbortSignal, tell: () => void = () => {}): Promise<void> {
  if (ended.aborted) return traffic.abort();
  const ticking = setInterval(tell, lookEveryMs);
  const abort = () => void traffic.abort();
  ended.addEventListener('abort', abort, { once: true });
  try {
    await traffic.stop();
  } finally {
    clearInterval(ticking);
    ended.removeEventListener('abort', abort);
  }
  if (ended.aborted) await traffic.abort();
}
