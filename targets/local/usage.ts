import { readdir, readFile } from 'node:fs/promises';
import type { Used } from '../controller/replica-runner.ts';

/** The kernel tells times in 1/100 s (USER_HZ, time(7)), whatever it counts in. */
const msPerTick = 10;

/** What a process and all that it started use; undefined where it is gone, or the system has no /proc. */
export async function usedBy(pid: number): Promise<Used | undefined> {
  const [stat, status, children] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    childrenOf(pid),
  ]);
  if (stat === undefined) return undefined;
  const used = { cpuMs: cpuMsOf(stat), memoryBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024 };
  for (const child of await Promise.all(children.map(usedBy))) {
    used.cpuMs += child?.cpuMs ?? 0;
    used.memoryBytes += child?.memoryBytes ?? 0;
  }
  return used;
}

/** Its own, and that of children which have ended: utime, stime, cutime, cstime (proc_pid_stat(5)). */
function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * msPerTick, 0);
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((child) => child.trim() !== '')).map(Number);
}
