import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type ErrorDetails, HitlessError } from '../record/error.ts';

/** How it is told that there is nothing to read: `what` as `access log`. */
export interface AppendedFileErrors {
  what: string;
  code: string;
  hint: string;
}

/** A file to which somebody else appends lines; only what comes from now on is read. */
export class AppendedFile {
  readonly path: string;
  readonly #from: number;

  /** Throws an error of that code where there is no such file, or it cannot be read. */
  constructor(path: string, { what, code, hint }: AppendedFileErrors) {
    const details: ErrorDetails = { blame: 'usage', hint };
    if (!existsSync(path) || !statSync(path).isFile())
      throw new HitlessError(code, `there is no ${what} ${path}`, details);
    const fault = readingFault(path);
    if (fault !== undefined) throw new HitlessError(code, `the ${what} ${path} cannot be read (${fault})`, details);
    this.path = path;
    this.#from = statSync(path).size;
  }

  /** All that have come; one that was begun anew meanwhile (rotated) is read from its start. */
  lines(): AsyncIterable<string> {
    const start = statSync(this.path).size >= this.#from ? this.#from : 0;
    return createInterface({ input: createReadStream(this.path, { start, encoding: 'utf8' }) });
  }
}

/** The code of the error with which a file cannot be read: no right to, or a disk that fails; undefined where it can. */
export function readingFault(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, new Uint8Array(1), 0, 1, 0);
    } finally {
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
