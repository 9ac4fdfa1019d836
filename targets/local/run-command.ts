import { spawn } from 'node:child_process';
import type { CommandResult } from '../controller/replica-runner.ts';
import { killGroup } from '../process-identity.ts';

const maxOutput = 64 * 1024;

/** Runs a command to its end and keeps the start of what it writes. Rejects when it cannot be started, takes too long or is not wanted any more. */
export function runCommand(
  [file = '', ...args]: readonly string[],
  { cwd, env, limitMs, signal }: { cwd: string; env: Record<string, string>; limitMs: number; signal: AbortSignal },
): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      output[name] = (output[name] + chunk.toString('utf8')).slice(0, maxOutput);
    });
  const end = (reason: string) => {
    if (child.pid !== undefined) killGroup(child.pid);
    reject(new Error(reason));
  };
  const abort = () => end('the run was ended');
  const timer = setTimeout(() => end(`${args.at(-1) ?? file}: took longer than ${limitMs / 1000} s`), limitMs);
  const forget = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
  signal.addEventListener('abort', abort);
  child.once('error', (error) => {
    forget();
    reject(error);
  });
  child.once('close', (code, signal) => {
    forget();
    if (code === null) reject(new Error(`ended by ${signal}`));
    else resolve({ code, ...output });
  });
  return promise;
}
