import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';

/** From SIGTERM to SIGKILL where a command is out of time: a tool that holds a lock gives it back meanwhile. */
const lastWordsMs = 5_000;

/** What a command's children still print after it has ended is theirs; what it printed itself arrives within this. */
const drainMs = 500;

/** How a command ended, and when. */
export interface CommandEnd {
  /** null where a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** It had to be ended, with all that it had started. */
  timedOut: boolean;
  endedUs: number;
  /** The last line that it printed. */
  lastLine: string;
}

export interface CommandOptions {
  timeoutUs: number;
  /**
   * Interrupts the command as a terminal would: its process group gets SIGINT (or SIGTERM, where that came), once. It may
   * take until its timeout to end.
   */
  signal: AbortSignal;
  onLine(line: string): void;
}

/**
 * Runs a command on this machine to its end, without a shell, in a process group of its own, which ends with it where its
 * time is over. It has nothing to read. Rejects with HITLESS_NO_COMMAND where it cannot be started.
 */
export function runToEnd(command: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const [file = '', ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<CommandEnd>();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const send = (name: NodeJS.Signals) => sendToGroup(child.pid, name);
  let lastLine = '';
  const onLine = (line: string) => {
    if (line.trim() !== '') lastLine = line;
    options.onLine(line);
  };
  const printed = Promise.all([linesOf(child.stdout, onLine), linesOf(child.stderr, onLine)]);

  let timedOut = false;
  let lastWords: NodeJS.Timeout | undefined;
  const timer = setTimeout(
    () => {
      timedOut = true;
      send('SIGTERM');
      lastWords = setTimeout(() => send('SIGKILL'), lastWordsMs);
    },
    Math.min(options.timeoutUs / 1000, 2 ** 31 - 1),
  );
  const onAbort = () => send(nameOf(options.signal));
  // Whoever is ended at once (a second Ctrl-C) does not leave it behind.
  const onExit = () => send('SIGTERM');
  options.signal.addEventListener('abort', onAbort, { once: true });
  process.once('exit', onExit);
  const done = () => {
    clearTimeout(timer);
    clearTimeout(lastWords);
    options.signal.removeEventListener('abort', onAbort);
    process.off('exit', onExit);
  };

  child.once('error', (cause) => {
    done();
    reject(
      new HitlessError('HITLESS_NO_COMMAND', `cannot run ${file}: ${cause.message}`, { blame: 'environment', cause }),
    );
  });
  child.once('exit', (exitCode, signal) => {
    const endedUs = nowUs();
    done();
    if (timedOut) send('SIGKILL');
    const drained = new Promise((late) => setTimeout(late, drainMs).unref());
    void Promise.race([printed, drained]).then(() => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode, signal, timedOut, endedUs, lastLine });
    });
  });
  return promise;
}

function linesOf(input: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', onLine);
  return new Promise((resolve) => lines.once('close', resolve));
}

/** Which signal interrupted the run, where that is known. */
function nameOf({ reason }: AbortSignal): NodeJS.Signals {
  return reason instanceof DOMException && reason.message === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
}

function sendToGroup(leader: number | undefined, name: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, name);
  } catch {
    // All of the group have ended.
  }
}
