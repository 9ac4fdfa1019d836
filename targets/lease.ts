import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../record/error.ts';
import { makeFolder } from '../record/make-folder.ts';
import type { LeasedCluster } from './kubernetes/clean.ts';
import { identify, isAlive, killProcess, type ProcessIdentity, processesWith } from './process-identity.ts';

/** Set in the environment of all that a run starts, so that what it starts in turn is found too. */
export const runVariable = 'HITLESS_RUN';

interface LeaseContent {
  runId: string;
  owner: ProcessIdentity;
  processes: ProcessIdentity[];
  clusters?: LeasedCluster[];
}

/** Where leases are kept: ours alone, and refused where somebody else could have put something into it. */
export function leaseFolder(): string {
  // By number: a container's user often has no name. Windows has no numbers.
  const uid = process.getuid?.();
  const root = join(tmpdir(), `hitless-${uid ?? userInfo().username}`);
  for (const folder of [root, join(root, 'leases')]) {
    orCannot(folder, () => makeFolder(folder, 0o700));
    const found = lstatSync(folder);
    const ours = found.isDirectory() && (uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0));
    if (!ours)
      throw new HitlessError('HITLESS_LEASE_FOLDER', `${folder} is not a folder that only you can write to`, {
        blame: 'environment',
        hint: 'Remove it, or set TMPDIR to another folder.',
      });
  }
  return join(root, 'leases');
}

/** Does it, or says that the temporary folder is one that nothing can be noted in. */
function orCannot(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HitlessError('HITLESS_LEASE_FOLDER', `cannot write ${path}, where a run notes what it uses: ${why}`, {
      blame: 'environment',
      hint: 'Set TMPDIR to a folder that you can write to.',
      cause,
    });
  }
}

/** What a run uses, written down so that it can be removed when the run is killed. */
export class Lease {
  readonly path: string;
  readonly runId: string;
  readonly #processes = new Map<number, ProcessIdentity>();
  readonly #clusters: LeasedCluster[] = [];
  readonly #owner: ProcessIdentity;

  constructor(runId: string) {
    const owner = identify(process.pid);
    if (owner === undefined) throw new Error('this process is not in the list of processes');
    this.#owner = owner;
    this.runId = runId;
    this.path = join(leaseFolder(), `${runId.replaceAll(/[^\w.-]/g, '_')}.json`);
    this.#write();
  }

  add(pid: number): void {
    const identity = identify(pid);
    if (identity === undefined) return;
    this.#processes.set(pid, identity);
    this.#write();
  }

  /** Before anything is made there. */
  addCluster(cluster: LeasedCluster): void {
    this.#clusters.push(cluster);
    this.#write();
  }

  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#write();
  }

  release(): void {
    rmSync(this.path, { force: true });
    releasePorts(this.runId);
  }

  #write(): void {
    const content: LeaseContent = {
      runId: this.runId,
      owner: this.#owner,
      processes: [...this.#processes.values()],
      ...(this.#clusters.length > 0 && { clusters: this.#clusters }),
    };
    const next = `${this.path}.${process.pid}.tmp`;
    orCannot(this.path, () => {
      writeFileSync(next, JSON.stringify(content), { mode: 0o600 });
      renameSync(next, this.path);
    });
  }
}

/** Takes a block of ports for a run; false where another one has it. */
export function claimPorts(runId: string, block: number): boolean {
  try {
    writeFileSync(join(leaseFolder(), `ports-${block}`), runId, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function releasePorts(runId: string): void {
  const folder = leaseFolder();
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('ports-')))
    if (readText(join(folder, name)) === runId) rmSync(join(folder, name), { force: true });
}

/**
 * Removes what dead runs left: their processes, their ports, their leases. Never what a living one uses. Returns a line
 * for each run that something was removed of.
 */
export async function cleanDeadRuns(): Promise<string[]> {
  const folder = leaseFolder();
  const lines: string[] = [];
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
    const line = await removeDeadRun(join(folder, name));
    if (line !== undefined) lines.push(line);
  }
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('ports-'))) {
    const runId = readText(join(folder, name)) ?? '';
    if (runId !== '' && !existsSync(join(folder, `${runId.replaceAll(/[^\w.-]/g, '_')}.json`))) releasePorts(runId);
  }
  return lines;
}

/** Waits until the owner of a lease is dead, or has given it back; a process closes its files a moment before it is gone. */
export async function ownerIsGone(path: string): Promise<void> {
  for (let lease = readLease(path); lease !== undefined && isAlive(lease.owner); lease = readLease(path))
    await sleep(20);
}

/** Removes what one lease names when its owner is dead; undefined where there was nothing to do. */
export async function removeDeadRun(path: string): Promise<string | undefined> {
  const lease = readLease(path);
  if (lease === undefined || isAlive(lease.owner)) return undefined;
  const killed = await killAll(lease);
  const removed = [killed === 1 ? '1 process' : `${killed} processes`, ...(await removeFromClusters(lease))];
  rmSync(path, { force: true });
  releasePorts(lease.runId);
  return `removed what run ${basename(path, '.json')} left: its lease, ${removed.join(', ')} (its owner, pid ${lease.owner.pid}, is gone)`;
}

/** A cluster that does not answer now keeps what the run has there, under its label: the next run there finds it. */
async function removeFromClusters({ clusters = [] }: LeaseContent): Promise<string[]> {
  const removed: string[] = [];
  for (const cluster of clusters) {
    // The library is large, and seldom wanted here.
    const { removeLeased } = await import('./kubernetes/clean.ts');
    const gone = await removeLeased(cluster).catch(() => false);
    if (gone)
      removed.push(`what it had in the namespace ${cluster.place.namespace} of ${cluster.context ?? 'its cluster'}`);
  }
  return removed;
}

/** A process may start another while it is being killed, so until none is found, within reason. */
async function killAll({ runId, processes }: LeaseContent): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < 40; round++) {
    const living = [...processes.filter(isAlive), ...processesWith(runVariable, runId)];
    if (living.length === 0) break;
    for (const identity of living) if (killProcess(identity)) killed.add(identity.pid);
    await sleep(50);
  }
  return killed.size;
}

function readLease(path: string): LeaseContent | undefined {
  try {
    const content = JSON.parse(readText(path) ?? '') as Partial<LeaseContent>;
    const valid = typeof content.runId === 'string' && content.owner !== undefined && Array.isArray(content.processes);
    return valid ? (content as LeaseContent) : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
