import { spawn } from 'node:child_process';
import { HitlessError } from '../../record/error.ts';
import type { StepRunner } from './step.ts';

/** Enough of a command's output to say why it failed. */
const keptBytes = 16_384;

/** Runs a command of the user's on this machine, without a shell; any exit code but 0 fails. */
export const runCommand: StepRunner<'run'> = ({ command, timeoutUs }, { signal }) =>
  new Promise((resolve, reject) => {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-keptBytes);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // The whole process group: a shell script's children would go on without it.
    const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutUs / 1000);
    signal.addEventListener('abort', end, { once: true });
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    };
    child.once('error', (cause) => {
      done();
      reject(
        new HitlessError('HITLESS_NO_COMMAND', `cannot run ${file}: ${cause.message}`, { blame: 'environment', cause }),
      );
    });
    child.once('close', (code, killedBy) => {
      done();
      if (code === 0) return resolve({});
      const how = timedOut ? `was not done within ${timeoutUs / 1e6} s` : `ended with ${code ?? killedBy}`;
      resolve({ verdict: 'fail', message: `${command.join(' ')} ${how}: ${lastLine(output)}` });
    });
  });

export function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.slice(0, 500) || 'it printed nothing';
}
