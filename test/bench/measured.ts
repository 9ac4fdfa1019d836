import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Order } from './peers/peer.ts';

/** What a command and all that it started took. */
export interface Usage {
  code: number;
  /** us since 1970 */
  startUs: number;
  wallUs: number;
  userUs: number;
  systemUs: number;
  peakKb: number;
}

export interface Ran extends Usage {
  stdout: string;
  stderr: string;
}

/** Runs commands through the Go program `measured` (by its path), one at a time. */
export class Measured {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  /** Throws where it does not exit with 0, unless `anyCode`. */
  async run({ command, args, input = '' }: Order, { anyCode = false } = {}): Promise<Ran> {
    const child = spawn(this.#program, [command, ...args], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    // It may end without having read all of it.
    child.stdin.on('error', () => {}).end(input);
    const parts = [child.stdout, child.stderr, child.stdio[3] as Readable].map((stream) => text(stream as Readable));
    const [[stdout = '', stderr = '', usage = '']] = await Promise.all([Promise.all(parts), once(child, 'exit')]);
    if (usage === '') throw new Error(`${command} could not be run: ${stderr}`);
    const ran = { ...(JSON.parse(usage) as Usage), stdout, stderr };
    if (ran.code !== 0 && !anyCode) throw new Error(`${command} exited with ${ran.code}: ${stderr}${stdout}`);
    return ran;
  }
}
