import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** The lowest of real time goes before everything that is not real time, and before nothing that is. */
const lowestRealTime = '1';
/** As for a system's own daemons. */
const ahead = -15;

/**
 * How the threads were told to be scheduled. `real-time` where all went (Linux, root or CAP_SYS_NICE, chrt of util-linux);
 * `ahead` by a nice value, which counts only among the processes of this session or control group (sched(7), "The
 * autogroup feature"): beside containers that start it still waited 100 ms and more for a core (measured).
 */
export type Scheduling = (typeof fromLeast)[number];
const fromLeast = ['ordinary', 'ahead', 'real-time'] as const;

/** What holds for all of them. */
export function leastOf(threads: readonly Scheduling[]): Scheduling {
  return fromLeast.find((scheduling) => threads.includes(scheduling)) ?? 'ordinary';
}

/**
 * Lets the calling thread, and those of V8 that it waits for in a collection of garbage, go before all ordinary processes:
 * on a small machine the replicas that a rollout starts would otherwise keep the generator from sending just when it
 * matters. Scheduling is a thread's own on Linux, and what it starts is ordinary again (SCHED_RESET_ON_FORK), so the rest of
 * hitless and the app stay as they are. Real time is only for threads that rest: one that never waits would take a core
 * away from the machine, and be stopped by the kernel for 50 ms of each second (sched(7), "Limiting the CPU usage").
 */
export function goAhead(rests: boolean): Scheduling {
  if (process.platform !== 'linux') return 'ordinary';
  try {
    const own = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
    const threads = [own, ...collectors()];
    if (rests && threads.every(becomesRealTime)) return 'real-time';
    return threads.every(getsNice) ? 'ahead' : 'ordinary';
  } catch {
    return 'ordinary';
  }
}

/** V8's own pool: a scavenge is done when the slowest of its helpers is. */
function collectors(): string[] {
  const threads = readdirSync('/proc/self/task');
  return threads.filter((thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'V8Worker');
}

function becomesRealTime(thread: string): boolean {
  const words = ['--rr', '--reset-on-fork', '--pid', lowestRealTime, thread];
  return spawnSync('chrt', words, { stdio: 'ignore' }).status === 0;
}

function getsNice(thread: string): boolean {
  try {
    setPriority(Number(thread), ahead);
    return true;
  } catch {
    return false;
  }
}
