import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HitlessError } from '../../../record/error.ts';
import { identify, killGroup } from '../../../targets/process-identity.ts';
import { afterRun, spawnReaper } from '../../../targets/reaper.ts';
import { shortLine } from './ending.ts';
import type { Exit } from './exits.ts';

export interface ProcessSpec {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Gets what k6 prints and logs, up to a mebibyte. */
  log: string;
}

const logLimit = 1 << 20;
/** Of a log line; what no line break ends is not held back for longer. */
const longestLogLine = 1 << 16;
const keptWords = 5;

/** A k6 that runs, in a process group of its own; it does not outlive us, however we die. */
export class K6Process {
  /** Resolves when it has ended and all that it printed has come. */
  readonly exited: Promise<Exit>;
  exit: Exit | null = null;
  /** What it logged as an error, the last one first. */
  readonly lastWords: string[] = [];
  readonly #child: ChildProcess;
  readonly #endReaper: () => void;
  #log: number | null;
  #logged = 0;

  private constructor(child: ChildProcess, log: number) {
    this.#child = child;
    this.#log = log;
    const pid = child.pid as number;
    this.#endReaper = spawnReaper(import.meta.url, [String(pid), identify(pid)?.start ?? '']);
    child.stdout?.on('data', (chunk: Buffer) => this.#write(chunk));
    const lines = lineSplitter((line) => this.#heard(line));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#write(chunk);
      lines(chunk.toString('utf8'));
    });
    this.exited = this.#watch();
  }

  /** Rejects with HITLESS_K6_START where it cannot be started. */
  static async start({ file, args, env, log }: ProcessSpec): Promise<K6Process> {
    const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid !== undefined) return new K6Process(child, openSync(log, 'a', 0o600));
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new HitlessError('HITLESS_K6_START', `${file} cannot be started: ${cause.message}`, {
      blame: 'environment',
      hint: 'Install k6 1.0 or newer, or name the binary in K6.',
      cause,
    });
  }

  /** To all of it: k6 passes no signal on to a binary that it started in its place. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit !== null || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It has just ended.
    }
  }

  /** Resolves when it has ended, or after so long. Says whether it has. */
  async endedWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), ms);
    });
    const exit = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    return exit !== null;
  }

  #watch(): Promise<Exit> {
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.#child.on('error', () => {});
    this.#child.once('exit', (code, signal) => {
      const finish = () => {
        clearTimeout(patience);
        this.exit = { code, signal };
        this.#endReaper();
        if (this.#log !== null) closeSync(this.#log);
        this.#log = null;
        // Nothing that it started may stay.
        if (this.#child.pid !== undefined) killGroup(this.#child.pid);
        resolve(this.exit);
      };
      // What it left behind may hold the pipes open.
      const patience = setTimeout(finish, 100);
      this.#child.once('close', finish);
    });
    return promise;
  }

  #write(chunk: Buffer): void {
    if (this.#log === null || this.#logged >= logLimit) return;
    const part = chunk.subarray(0, logLimit - this.#logged);
    this.#logged += part.length;
    try {
      writeSync(this.#log, part);
    } catch {
      // A log that cannot be kept is no reason to end the run; the record says by itself when the disk is full.
    }
  }

  /** Before its flags are read k6 logs as text, afterwards as JSON. */
  #heard(line: string): void {
    const words = errorIn(line);
    if (words === null) return;
    this.lastWords.unshift(shortLine(words, 300));
    this.lastWords.length = Math.min(this.lastWords.length, keptWords);
  }
}

function errorIn(line: string): string | null {
  if (!line.startsWith('{')) {
    const text = /level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    return text?.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? ' ' : letter)) ?? null;
  }
  try {
    const { level, msg, error } = JSON.parse(line) as { level?: unknown; msg?: unknown; error?: unknown };
    if (level !== 'error' && level !== 'fatal' && level !== 'panic') return null;
    return [msg, error].filter((part) => typeof part === 'string' && part !== '').join(': ');
  } catch {
    return null;
  }
}

function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() as string).slice(0, longestLogLine);
    for (const line of lines) onLine(line);
  };
}

// In the process that outlives a run that was killed.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pid = Number(process.argv[2]);
  afterRun(() => {
    if (identify(pid)?.start === process.argv[3]) killGroup(pid);
  });
}
