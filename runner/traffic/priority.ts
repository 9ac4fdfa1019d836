import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As for a system's own daemons; real-time scheduling would be stronger, and can take a machine away from its user. */
const ahead = -15;

/**
 * Lets the calling thread, and those of V8 that it waits for in a collection of garbage, go before all ordinary processes:
 * on a small machine the replicas that a rollout starts would otherwise keep the generator from sending just when it
 * matters. On Linux nice values are a thread's own (setpriority(2), "C library/kernel differences"), so the rest of hitless
 * and what it starts stay as they are. Needs root or CAP_SYS_NICE; elsewhere the threads stay ordinary. Returns whether
 * the calling one went ahead.
 */
export function goAhead(): boolean {
  for (const thread of collectors()) raise(thread);
  try {
    return raise(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
  } catch {
    return false;
  }
}

/** V8's own pool: a scavenge is done when the slowest of its helpers is. */
function collectors(): number[] {
  try {
    const threads = readdirSync('/proc/self/task');
    return threads.filter((thread) => nameOf(thread) === 'V8Worker').map(Number);
  } catch {
    return [];
  }
}

function nameOf(thread: string): string {
  return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
}

function raise(thread: number): boolean {
  try {
    setPriority(thread, ahead);
    return true;
  } catch {
    return false;
  }
}
