import { cpus } from 'node:os';
import type { BenchRound } from '../../../record/bench-result.ts';
import { nowUs } from '../../../record/clock.ts';
import { procNames, procText } from '../../../targets/proc.ts';

export type MachineUse = BenchRound['machine'];

/** Name of the traffic threads, as the system has it. */
const trafficThread = 'traffic';

interface Reading {
  atUs: number;
  cpu: { idle: number; steal: number | null; all: number };
  /** By thread, in ns. */
  threads: Map<string, { ran: number; waited: number }>;
}

/** How busy the machine and the traffic threads are: `lap` tells it from the lap before, the first from here. */
export function watchMachine(): { lap(): MachineUse } {
  let before = read();
  return {
    lap: () => {
      const after = read();
      const use = useBetween(before, after);
      before = after;
      return use;
    },
  };
}

function useBetween(before: Reading, after: Reading): MachineUse {
  const all = after.cpu.all - before.cpu.all;
  const share = (part: number) => (all > 0 ? Math.min(1, Math.max(0, part / all)) : null);
  const { steal } = before.cpu;
  const wallNs = (after.atUs - before.atUs) * 1000;
  const threads = [...after.threads].flatMap(([id, { ran, waited }]) => {
    const from = before.threads.get(id);
    return from === undefined ? [] : [{ busy: (ran - from.ran) / wallNs, waited: (waited - from.waited) / wallNs }];
  });
  const busiest = threads.sort((a, b) => b.busy + b.waited - a.busy - a.waited)[0];
  return {
    idle: share(after.cpu.idle - before.cpu.idle),
    steal: steal === null || after.cpu.steal === null ? null : share(after.cpu.steal - steal),
    threadBusy: busiest === undefined ? null : Math.min(1, busiest.busy),
    threadWaited: busiest === undefined ? null : Math.min(1, busiest.waited),
    threads: threads.length,
  };
}

function read(): Reading {
  return { atUs: nowUs(), cpu: cpuTimes(), threads: trafficThreads() };
}

/** proc_stat(5): user nice system idle iowait irq softirq steal, over all cores. Elsewhere nobody tells of steal. */
function cpuTimes(): Reading['cpu'] {
  const line = /^cpu +(.*)$/m.exec(procText('/proc/stat'))?.[1];
  if (line !== undefined) {
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = line
      .split(' ')
      .map(Number);
    return { idle: idle + wait, steal, all: user + nice + system + idle + wait + irq + soft + steal };
  }
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), steal: null, all };
}

/** Linux, Documentation/scheduler/sched-stats.rst: ns on a core, ns waiting for one. */
function trafficThreads(): Reading['threads'] {
  const threads: Reading['threads'] = new Map();
  for (const id of procNames('/proc/self/task')) {
    const folder = `/proc/self/task/${id}`;
    if (procText(`${folder}/comm`).trim() !== trafficThread) continue;
    const [ran, waited] = procText(`${folder}/schedstat`).split(' ').map(Number);
    if (ran !== undefined && waited !== undefined) threads.set(id, { ran, waited });
  }
  return threads;
}
