import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { isExecutableIn } from '../executable.ts';
import { replicaPath } from './environment.ts';
import type { View } from './mount-namespace.ts';
import { type Isolation, isolate } from './pid-namespace.ts';

/** Why this machine does not give a replica namespaces of its own, and what to do about it: a sentence. */
export interface Refusal {
  why: string;
  mend: string;
}

/** What it takes, and the package of Debian and Ubuntu that has it; all of them are on an ordinary user's PATH there. */
const programs = [
  { program: 'unshare', from: 'util-linux' },
  { program: 'setpriv', from: 'util-linux' },
  { program: 'nsenter', from: 'util-linux' },
] as const;
const forViews = { program: 'mount', from: 'mount' } as const;

/** What a machine's owner may have forbidden users: sysctl's name, and the value that forbids and that allows. */
const settings = [
  { name: 'user.max_user_namespaces', forbids: '0', allows: '10000' },
  // Debian's own, not in every kernel.
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  // Ubuntu's since 23.10: the namespace is made, and nothing may be done in it.
  { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
] as const;

/** What the machine allows a replica. */
export function findIsolation(): Isolation {
  return (['root', 'user'] as const).find((isolation) => refusalOf(isolation) === undefined) ?? 'none';
}

/** Why not even the best that this user could have is allowed. */
export function refusalOfAll(view?: View): Refusal | undefined {
  return refusalOf(process.getuid?.() === 0 ? 'root' : 'user', view);
}

/**
 * Finds out by doing it whether a replica can be isolated so, and see its folders where there is a view; undefined where
 * it can. Waits for it: for some ms, and 20 s at most.
 */
export function refusalOf(isolation: Exclude<Isolation, 'none'>, view?: View): Refusal | undefined {
  if (process.platform !== 'linux') return { why: 'only Linux has namespaces', mend: '' };
  const folders = replicaPath.split(delimiter).filter(Boolean);
  const needed = view === undefined ? programs : [...programs, forViews];
  const missing = needed.find(({ program }) => !isExecutableIn(folders, program));
  if (missing !== undefined)
    return {
      why: `there is no ${missing.program} in ${folders.join(', ')}`,
      mend: `Install ${missing.from}, or add the folder of ${missing.program} to the PATH.`,
    };
  // 41 says that it is PID 1 and sees its folders; anything else is the code of what refused, or another pid.
  const looks = (view?.folders ?? []).map(({ path }) => `[ -d '${path}' ] && `).join('');
  const [file = '', ...args] = isolate(['sh', '-c', `${looks}exit $((40 + $$))`], { isolation, view, cwd: '/' });
  const { status, stderr, signal } = spawnSync(file, args, {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  if (status === 41) return undefined;
  const [said = ''] = (stderr ?? '').trim().split('\n');
  const why = said || (signal === 'SIGKILL' ? 'a trial took longer than 20 s' : `a trial ended with ${status}`);
  // Its programs have the same names and not all of the options.
  if (/busybox/i.test(stderr ?? ''))
    return { why: `${why} (BusyBox)`, mend: `Install util-linux and mount: BusyBox's programs lack options.` };
  return { why, mend: mendOfRights(isolation) };
}

function mendOfRights(isolation: Isolation): string {
  if (isolation === 'root')
    return 'In a container it takes the capability SYS_ADMIN and a seccomp and AppArmor profile that allow unshare and mount.';
  const forbidding = settings.filter(({ name, forbids }) => read(name) === forbids);
  if (forbidding.length === 0) return 'Run as root, or where users may make user namespaces.';
  const words = forbidding.map(({ name, allows }) => `${name}=${allows}`).join(' ');
  return `Run as root, or let users make namespaces: sudo sysctl -w ${words}.`;
}

function read(setting: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${setting.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
