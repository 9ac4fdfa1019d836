import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As for a system's own daemons; real-time scheduling would be stronger, and can take a machine away from its user. */
const ahead = -15;

/**
 * Lets the calling thread go before all ordinary processes: on a small machine the replicas that a rollout starts would
 * otherwise keep the generator from sending just when it matters. On Linux nice values are a thread's own
 * (setpriority(2), "C library/kernel differences"), so the rest of hitless and what it starts stay as they are. Needs root
 * or CAP_SYS_NICE; elsewhere the thread stays ordinary. Returns whether it went ahead.
 */
export function goAhead(): boolean {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, ahead);
    return true;
  } catch {
    return false;
  }
}
