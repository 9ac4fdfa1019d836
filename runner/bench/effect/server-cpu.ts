import { basename } from 'node:path';
import { processIds, procLink, procNames, procText, socketsOf, tcpRows } from '../../../targets/proc.ts';

/** A process on this machine whose CPU time counts as the server's. */
export interface ServerProcess {
  pid: number;
  name: string;
}

/**
 * The processes that listen on a port of this machine, and all their children: what a server there consists of. Empty
 * where the system does not say (only Linux does), or they are not ours to look at.
 */
export function serverProcesses(port: number): ServerProcess[] {
  const listening = tcpRows().filter((row) => row.state === 'listening' && row.port === port);
  if (listening.length === 0) return [];
  const heard = new Set(listening.map(({ socket }) => socket));
  const processes = allProcesses();
  const chosen = new Set(
    processes.filter(({ pid }) => socketsOf(pid).some((socket) => heard.has(socket))).map(({ pid }) => pid),
  );
  return withChildren(processes, chosen);
}

/** That process and all its children; empty where there is none. */
export function processTree(pid: number): ServerProcess[] {
  return withChildren(allProcesses(), new Set([pid]));
}

interface KnownProcess extends ServerProcess {
  parent: number;
}

function withChildren(processes: readonly KnownProcess[], chosen: Set<number>): ServerProcess[] {
  for (let before = -1; chosen.size !== before; ) {
    before = chosen.size;
    for (const { pid, parent } of processes) if (chosen.has(parent)) chosen.add(pid);
  }
  return processes.filter(({ pid }) => chosen.has(pid)).map(({ pid, name }) => ({ pid, name: programOf(pid) || name }));
}

/** What it runs; Node and others call a process by its first thread, which says nothing. Empty where it is not ours to see. */
function programOf(pid: number): string {
  return basename(procLink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
}

function allProcesses(): KnownProcess[] {
  return processIds().flatMap((pid) => {
    const stat = statOf(pid);
    return stat === null ? [] : [{ pid: Number(pid), name: stat.name, parent: stat.parent }];
  });
}

/** Of proc_pid_stat(5): the name may hold spaces and parentheses, what follows its last one does not. */
function statOf(pid: string | number): { name: string; parent: number; ticks: number } | null {
  const parts = /^\d+ \((.*)\) (.*)$/s.exec(procText(`/proc/${pid}/stat`).trim());
  if (parts === null) return null;
  const fields = (parts[2] as string).split(' ').map(Number);
  // ppid is the second behind the name; utime, stime, cutime and cstime are the 12th to 15th.
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0);
  return { name: parts[1] as string, parent: fields[1] ?? 0, ticks };
}

/** CPU time of processes until now. */
export interface CpuReading {
  /** Of each thread that lives, in ns. */
  threads: ReadonlyMap<string, number>;
  /** Of all threads, those that have ended and children that were waited for too, in clock ticks. */
  ticks: number;
}

/** USER_HZ: a part of the kernel's interface, the same on all machines that Node runs on (proc_pid_stat(5), getconf CLK_TCK). */
const tickUs = 10_000;

export function readCpu(processes: readonly ServerProcess[]): CpuReading {
  const threads = new Map<string, number>();
  let ticks = 0;
  for (const { pid } of processes) {
    ticks += statOf(pid)?.ticks ?? 0;
    for (const id of procNames(`/proc/${pid}/task`)) {
      // Linux, Documentation/scheduler/sched-stats.rst: ns on a core, ns waiting for one, how often.
      const ran = procText(`/proc/${pid}/task/${id}/schedstat`).split(' ')[0];
      if (ran) threads.set(`${pid} ${id}`, Number(ran));
    }
  }
  return { threads, ticks };
}

/** CPU time in us; to the nanosecond as long as no thread has ended meanwhile, else to 10 ms. null where nothing is told. */
export function cpuBetween(before: CpuReading, after: CpuReading): number | null {
  if (after.threads.size === 0) return null;
  const lives = [...before.threads.keys()].every((id) => after.threads.has(id));
  if (!lives) return Math.max(0, after.ticks - before.ticks) * tickUs;
  let ns = 0;
  for (const [id, ran] of after.threads) ns += ran - (before.threads.get(id) ?? 0);
  return ns / 1000;
}
