import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { identify, isAlive, type ProcessIdentity } from '../process-identity.ts';

/** On all that a run makes: its id. */
export const runLabel = 'hitless.run';
/** On a run's claim: whose it is, what else belongs to it. */
export const ownerAnnotation = 'hitless.run/owner';
export const objectsAnnotation = 'hitless.run/objects';
export const cordonedAnnotation = 'hitless.run/cordoned';

/** Longer than any run: a run of another machine, whose processes cannot be seen from here, counts as dead after it. */
export const elsewhereMs = 24 * 3_600_000;

export interface Owner extends ProcessIdentity {
  /** Machine and process namespace: only from there the process can be seen. */
  host: string;
  startedAt: string;
}

export function thisOwner(): Owner {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error('this process is not in the list of processes');
  return { ...identity, host: thisHost(), startedAt: new Date().toISOString() };
}

/** Two containers of one machine may have the same name, and both a process 7. */
function thisHost(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** What became of a run by its annotation; without a valid one it is not ours to judge, and counts as alive. */
export function isDead(annotation: string | undefined): boolean {
  const owner = parse(annotation);
  if (owner === undefined) return false;
  if (owner.host === thisHost()) return !isAlive(owner);
  return Date.now() - Date.parse(owner.startedAt) > elsewhereMs;
}

export function ownerInWords(annotation: string | undefined): string {
  const owner = parse(annotation);
  return owner === undefined ? 'nobody that is known' : `pid ${owner.pid} on ${owner.host.split('/')[0]}`;
}

function parse(annotation: string | undefined): Owner | undefined {
  try {
    const { host, pid, start, startedAt } = JSON.parse(annotation ?? '') as Partial<Owner>;
    const valid =
      typeof host === 'string' &&
      typeof pid === 'number' &&
      typeof start === 'string' &&
      !Number.isNaN(Date.parse(startedAt ?? ''));
    return valid ? ({ host, pid, start, startedAt } as Owner) : undefined;
  } catch {
    return undefined;
  }
}
