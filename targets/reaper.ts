import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ownerIsGone, removeDeadRun } from './lease.ts';

/**
 * A small process that outlives its run by a moment: it holds the end of a pipe whose other end only the run has. When
 * the run dies, however it dies, the pipe ends, and the reaper removes what the lease names.
 */
export function startReaper(leasePath: string): () => void {
  const reaper: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), leasePath], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.on('error', () => {});
  reaper.stdin?.on('error', () => {});
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void } | null)?.unref();
  return () => reaper.kill('SIGKILL');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const leasePath = process.argv[2] ?? '';
  process.stdin.resume();
  process.stdin.on('error', () => {});
  process.stdin.once('close', () => {
    void ownerIsGone(leasePath).then(() => removeDeadRun(leasePath));
  });
}
