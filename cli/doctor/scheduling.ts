import { spawn } from 'node:child_process';
import type { Look } from './finding.ts';

/** Tried on a process that ends at once: the same right lets a run's own threads go first. */
export const lookAtScheduling: Look = async (_, signal) => {
  const name = 'scheduling';
  if (process.platform !== 'linux')
    return [{ name, status: 'ok', message: 'as any program: real time is asked for on Linux alone' }];
  if (await succeeds('chrt', ['--rr', '1', 'true'], signal))
    return [{ name, status: 'ok', message: 'real time for what sends' }];
  return [
    {
      name,
      status: 'warning',
      message: 'no real time: what sends is held up when the machine is busy, and then the run is inconclusive',
      mend: 'Run it as root or with the capability SYS_NICE, with chrt (util-linux) on the PATH; or on a machine with a core to spare.',
    },
  ];
};

function succeeds(file: string, args: string[], signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(file, args, { stdio: 'ignore', signal, killSignal: 'SIGKILL' });
  child.once('error', () => resolve(false));
  child.once('exit', (code) => resolve(code === 0));
  return promise;
}
