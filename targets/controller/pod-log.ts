import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** As much as a kubelet keeps of one container by default (containerLogMaxSize is 10Mi). */
const maxBytes = 10 * 1024 * 1024;
const keptLines = 5;
const maxLine = 200;

/** Node prints the error, then its stack and its own version: the error is what a person wants to read. */
function isStackOfNode(line: string): boolean {
  return /^ +at /.test(line) || /^Node\.js v\d/.test(line);
}

/** What a pod's containers write, kept in the run's folder up to a limit, and their last lines for a message. */
export class PodLog {
  readonly #file: WriteStream;
  #bytes = 0;
  #tail = '';

  constructor(folder: string, pod: string) {
    mkdirSync(join(folder, 'logs'), { recursive: true });
    this.#file = createWriteStream(join(folder, 'logs', `${pod}.log`), { flags: 'a' });
    // A full disk must not end the run; the last lines are there all the same.
    this.#file.on('error', () => {});
  }

  write(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-keptLines * maxLine * 4);
    if (this.#bytes >= maxBytes) return;
    this.#bytes += chunk.length;
    this.#file.write(this.#bytes < maxBytes ? chunk : '\n[hitless: the rest is not kept]\n');
  }

  /** The last lines since the last call, without control characters. */
  takeLastLines(): string[] {
    const lines = this.#tail
      .split('\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .map((line) => line.replaceAll(/\u001b\[[0-9;]*m|[\u0000-\u001f\u007f]/g, '').trimEnd())
      .filter((line) => line !== '' && !isStackOfNode(line));
    this.#tail = '';
    // What went wrong comes first, and details of it may fill more lines than are shown.
    const error = lines.findLastIndex((line) => /(^|\s)[A-Za-z]*Error\b/.test(line));
    const from = error === -1 ? Math.max(0, lines.length - keptLines) : error;
    return lines.slice(from, from + keptLines).map((line) => line.slice(0, maxLine));
  }

  close(): void {
    this.#file.end();
  }
}
