import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

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

/** The command line that runs a command in the given isolation, as a child of this process. */
export function isolate(command: readonly string[], isolation: Isolation): string[] {
  if (isolation === 'none') return [...command];
  const unshare = isolation === 'root' ? ['unshare', '--pid'] : ['unshare', '--user', '--map-root-user', '--pid'];
  return [...unshare, ...diesWithParent, 'sh', '-c', wrapper, 'sh', String(process.pid), ...command];
}

/** The command line that runs a command among the processes of a replica, whose PID 1 has this pid. */
export function enter(command: readonly string[], pid: number, isolation: Isolation): string[] {
  if (isolation === 'none') return [...command];
  const user = isolation === 'user' ? ['--user', '--preserve-credentials'] : [];
  return ['nsenter', '--target', String(pid), ...user, '--pid', '--', ...command];
}

/** Finds out what this machine allows, by doing it. */
export async function findIsolation(): Promise<Isolation> {
  if (process.platform !== 'linux') return 'none';
  for (const isolation of ['root', 'user'] as const) {
    // 41 says that it is PID 1; anything else is unshare's or setpriv's own code, or another pid.
    const code = await exitCode(isolate(['sh', '-c', 'exit $((40 + $$))'], isolation));
    if (code === 41) return isolation;
  }
  return 'none';
}

function exitCode([file = '', ...args]: string[]): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(file, args, { stdio: 'ignore', timeout: 5000, killSignal: 'SIGKILL' });
  child.once('error', () => resolve(null));
  child.once('exit', (code) => resolve(code));
  return promise;
}

/** Waits until a wrapper has become the command that it wraps; its pid, or undefined where it has ended before. */
export async function findInner(wrapperPid: number, ended: () => boolean): Promise<number | undefined> {
  while (!ended()) {
    const pid = Number(read(`/proc/${wrapperPid}/task/${wrapperPid}/children`)?.split(' ')[0]);
    if (pid > 0) {
      const words = read(`/proc/${pid}/cmdline`);
      const isWrapper = words === undefined || words === '' || words === read(`/proc/${wrapperPid}/cmdline`);
      if (!isWrapper && !words.startsWith(diesWithParent.slice(0, 3).join('\0'))) return pid;
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
