import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { mountingMark, type View, withView } from './mount-namespace.ts';

/**
 * How a command becomes PID 1 of a process namespace of its own, as in a container: there the kernel delivers only the
 * signals that it handles (pid_namespaces(7)), and when it ends, all that it started ends with it. `root` and `user` say
 * how the namespace may be made; `none` that it may not.
 */
export type Isolation = 'root' | 'user' | 'none';

/**
 * A wrapper makes the namespace, starts the command in it and passes its exit code on, 137 where it was killed. Each dies
 * with its parent (PR_SET_PDEATHSIG, set after unshare: making a user namespace clears it), so a killed run leaves
 * nothing. A parent that died before that was set is noticed by its pid. The shell's own words ("Killed") go nowhere.
 */
const wrapper =
  '[ "$PPID" = "$1" ] || exit 137; shift; exec 3>&2 2>/dev/null; (exec setpriv --pdeathsig KILL -- "$@" 2>&3 3>&-); exit $?';
const diesWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'];

/** What a command has of its own: its processes, and what it sees of the file system. */
export interface Surroundings {
  isolation: Isolation;
  /** Only with an isolation. */
  view?: View | undefined;
  cwd: string;
}

/** The command line that runs a command in the given surroundings, as a child of this process. */
export function isolate(command: readonly string[], { isolation, view, cwd }: Surroundings): string[] {
  if (isolation === 'none') return [...command];
  const user = isolation === 'root' ? [] : ['--user', '--map-root-user'];
  const mount = view === undefined ? [] : ['--mount'];
  const inner = view === undefined ? command : withView(command, cwd, view);
  const unshare = ['unshare', ...user, ...mount, '--pid'];
  return [...unshare, ...diesWithParent, 'sh', '-c', wrapper, 'sh', String(process.pid), ...inner];
}

/** The command line that runs a command among the processes of a replica, whose PID 1 has this pid. */
export function enter(command: readonly string[], pid: number, { isolation, view }: Surroundings): string[] {
  if (isolation === 'none') return [...command];
  const user = isolation === 'user' ? ['--user', '--preserve-credentials'] : [];
  const mount = view === undefined ? [] : ['--mount', '--root', '--wd'];
  return ['nsenter', '--target', String(pid), ...user, ...mount, '--pid', '--', ...command];
}

/** Waits until a wrapper has become the command that it wraps; its pid, or undefined where it has ended before. */
export async function findInner(wrapperPid: number, ended: () => boolean): Promise<number | undefined> {
  while (!ended()) {
    const pid = Number(read(`/proc/${wrapperPid}/task/${wrapperPid}/children`)?.split(' ')[0]);
    if (pid > 0) {
      const words = read(`/proc/${pid}/cmdline`);
      const isWrapper = words === undefined || words === '' || words === read(`/proc/${wrapperPid}/cmdline`);
      const isOnItsWay =
        words?.startsWith(diesWithParent.slice(0, 3).join('\0')) || words?.includes(`\0${mountingMark}\0`);
      if (!isWrapper && !isOnItsWay) return pid;
    }
    await sleep(1);
  }
  return undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
