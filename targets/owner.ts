import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** On all that a run makes where others look too, an engine or a cluster: its id. */
export const runLabel = 'hitless.run';
/** Whose the run is, as JSON. */
export const ownerLabel = 'hitless.owner';

/** Longer than any run: one of another machine, whose processes cannot be seen from here, counts as dead after it. */
export const elsewhereMs = 24 * 3_600_000;

interface Owner extends ProcessIdentity {
  /** Machine and process namespace: only from there the process can be seen. */
  host: string;
  startedAt: string;
}

/** This process, to be written on what it makes. */
export function thisOwner(): string {
  const identity = identify(process.pid);
  if (identity === undefined) throw new Error('this process is not in the list of processes');
  const owner: Owner = { ...identity, host: thisHost(), startedAt: new Date().toISOString() };
  return JSON.stringify(owner);
}

/** Two containers of one machine may have the same name, and both a process 7. */
function thisHost(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Whether the owner that is written there is dead; where it is not readable it is not ours to judge, and counts as alive. */
export function isDead(written: string | undefined): boolean {
  const owner = parse(written);
  if (owner === undefined) return false;
  if (owner.host === thisHost()) return !isAlive(owner);
  return Date.now() - Date.parse(owner.startedAt) > elsewhereMs;
}

/** `pid 7 on host`. */
export function ownerInWords(written: string | undefined): string {
  const owner = parse(written);
  return owner === undefined ? 'nobody that is known' : `pid ${owner.pid} on ${owner.host.split('/')[0]}`;
}

function parse(written: string | undefined): Owner | undefined {
  try {
    const { host, pid, start, startedAt } = JSON.parse(written ?? '') as Partial<Owner>;
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof start !== 'string') return undefined;
    return Number.isNaN(Date.parse(startedAt ?? '')) ? undefined : ({ host, pid, start, startedAt } as Owner);
  } catch {
    return undefined;
  }
}
