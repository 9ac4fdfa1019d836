import { StringDecoder } from 'node:string_decoder';

/** An object of etcd has 1.5 MB at the most; what claims to be longer than this is no line of a watch. */
const longestLine = 16_000_000;

/** What came is no line of JSON: from here on nothing is known of the stream. */
export class BadLine extends Error {}

/** Cuts a stream of bytes into lines of JSON. The rest of a line that has not ended is kept for the next bytes. */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Throws BadLine. */
  *add(chunk: Buffer): Generator<unknown> {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) throw new BadLine(`a line of more than ${longestLine} characters`);
    for (const line of lines) if (line.trim() !== '') yield parse(line);
  }

  /** The stream has ended in order; what is left must be nothing. */
  end(): void {
    if (this.#rest.trim() !== '') throw new BadLine('the last line was cut short');
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadLine(`no JSON: ${line.slice(0, 80)}`);
  }
}
