import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process for good: a pid may be used again by a stranger, a pid with its start time may not. */
export interface ProcessIdentity {
  pid: number;
  /** When it started: boot and clock ticks since then on Linux, what ps says elsewhere. */
  start: string;
}

/** Who has this pid now; undefined where nobody does, or where it has ended and was not yet waited for. */
export function identify(pid: number): ProcessIdentity | undefined {
  const start = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return start === undefined ? undefined : { pid, start };
}

export function isAlive({ pid, start }: ProcessIdentity): boolean {
  return identify(pid)?.start === start;
}

/** Kills a process, never a stranger with its pid. Says whether there was one to kill. */
export function killProcess(identity: ProcessIdentity): boolean {
  return isAlive(identity) && sendKill(identity.pid);
}

/** Kills all processes of a process group. Says whether there was one to kill. */
export function killGroup(leader: number): boolean {
  return sendKill(-leader);
}

function sendKill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** All processes whose environment began with this variable; found on Linux only. */
export function processesWith(name: string, value: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const needle = `\0${name}=${value}\0`;
  return readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry))
    .filter((pid) => `\0${readProc(`/proc/${pid}/environ`) ?? ''}\0`.includes(needle))
    .flatMap((pid) => identify(Number(pid)) ?? []);
}

/** proc(5): the name may hold spaces and brackets; state is field 3, the start time field 22. */
function linuxStart(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return ended ? undefined : `${bootId()}/${fields[19]}`;
}

let boot: string | undefined;
function bootId(): string {
  boot ??= (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim();
  return boot;
}

function psStart(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
