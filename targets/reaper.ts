import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ownerIsGone, removeDeadRun } from './lease.ts';

/** Not on Windows. */
const shell = '/bin/sh';

/**
 * A small process that outlives its run by a moment: it holds the end of a pipe whose other end only the run has. When
 * the run dies, however it dies, the pipe ends, and the reaper removes what the lease names. Returns a function that
 * ends it.
 */
export function startReaper(leasePath: string): () => void {
  return spawnReaper(import.meta.url, [leasePath]);
}

/** The same with another script, which calls `afterRun`. It has the run's environment. */
export function spawnReaper(script: string, args: readonly string[]): () => void {
  const words = [process.execPath, fileURLToPath(script), ...args];
  // A shell takes 1 MB for as long as the run lives, where Node takes 45: it waits for the end of the pipe, and then becomes
  // the reaper.
  const [file = '', ...rest] = existsSync(shell) ? [shell, '-c', 'read -r _; exec "$@"', shell, ...words] : words;
  const reaper: ChildProcess = spawn(file, rest, {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.on('error', () => {});
  reaper.stdin?.on('error', () => {});
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void } | null)?.unref();
  return () => reaper.kill('SIGKILL');
}

/** In a reaper: calls back once, when its run has died. */
export function afterRun(callback: () => void): void {
  process.stdin.resume();
  process.stdin.on('error', () => {});
  process.stdin.once('close', callback);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const leasePath = process.argv[2] ?? '';
  afterRun(() => void ownerIsGone(leasePath).then(() => removeDeadRun(leasePath)));
}
