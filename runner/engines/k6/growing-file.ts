import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** k6's own lines have some hundred characters; a longer one is no line of its, and is not kept. */
const longestLine = 1 << 20;
const chunkSize = 1 << 18;

/** Reads the lines of a file while another process writes them, and holds no more than one of them. */
export class GrowingFile {
  /** Lines that were too long to be looked at. */
  skipped = 0;
  readonly #path: string;
  readonly #onLine: (line: string) => void;
  readonly #buffer = Buffer.allocUnsafeSlow(chunkSize);
  readonly #decoder = new StringDecoder('utf8');
  #fd: number | null = null;
  #rest = '';
  #isSkipping = false;

  constructor(path: string, onLine: (line: string) => void) {
    this.#path = path;
    this.#onLine = onLine;
  }

  /** What stands behind the last line break: of a process that was killed, a line that was cut. */
  get rest(): string {
    return this.#rest;
  }

  /** Takes what is there by now, at most `chunks` of 256 KiB. Says whether there may be more. */
  read(chunks = Number.POSITIVE_INFINITY): boolean {
    if (this.#fd === null) {
      if (!existsSync(this.#path)) return false;
      this.#fd = openSync(this.#path, 'r');
    }
    for (let i = 0; i < chunks; i++) {
      const size = readSync(this.#fd, this.#buffer, 0, chunkSize, null);
      if (size === 0) return false;
      this.#take(this.#decoder.write(this.#buffer.subarray(0, size)));
    }
    return true;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #take(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = this.#rest + text.slice(from, end);
      this.#rest = '';
      from = end + 1;
      if (this.#isSkipping) this.#isSkipping = false;
      else this.#onLine(line);
    }
    if (this.#isSkipping) return;
    this.#rest += text.slice(from);
    if (this.#rest.length <= longestLine) return;
    this.#rest = '';
    this.#isSkipping = true;
    this.skipped++;
  }
}
