import { createReadStream, existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { HitlessError } from '../record/error.ts';

/** A file to which somebody else appends lines; only what comes from now on is read. */
export class AppendedFile {
  readonly path: string;
  readonly #from: number;

  /** Throws `missing` where there is no such file. */
  constructor(path: string, missing: HitlessError) {
    if (!existsSync(path) || !statSync(path).isFile()) throw missing;
    this.path = path;
    this.#from = statSync(path).size;
  }

  /** All that have come; one that was begun anew meanwhile (rotated) is read from its start. */
  lines(): AsyncIterable<string> {
    const start = statSync(this.path).size >= this.#from ? this.#from : 0;
    return createInterface({ input: createReadStream(this.path, { start, encoding: 'utf8' }) });
  }
}
