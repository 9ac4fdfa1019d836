import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { encodeSchema, endOfStream, MessageBuffer } from './arrow-message.ts';
import type { Attempt } from './attempt.ts';
import { attemptsSchema, columns } from './attempt-columns.ts';
import { BooleanWriter, type ColumnWriter, IntegerWriter, TextWriter } from './column-writers.ts';
import { HitlessError } from './error.ts';

/** Rows that a writer holds at the most; the next one writes them out by itself. */
const capacity = 4096;
/** Bytes of text after which a batch is written early: apps can send long names. */
const textLimit = 1 << 20;

/**
 * Creates attempts.arrows, empty but for its schema. Worker threads then append to it, each through an AttemptWriter.
 * Throws HITLESS_RECORD_WRITE where the file cannot be made, also when there is one already.
 */
export function createAttemptsFile(path: string): void {
  orWriteError(path, () => writeFileSync(path, encodeSchema(attemptsSchema()), { flag: 'wx' }));
}

/** Ends the stream. Call it when every writer is closed: a record without it counts as cut. Throws HITLESS_RECORD_WRITE. */
export function endAttemptsFile(path: string): void {
  const fd = openToAppend(path);
  try {
    append(fd, path, endOfStream);
  } finally {
    closeSync(fd);
  }
}

/**
 * Appends attempts to a file made by createAttemptsFile. Several writers, in threads of one process, may share a file:
 * each batch goes out in one write to a descriptor opened O_APPEND, which Linux's local filesystems keep whole
 * (they hold the inode's lock for the length of a write). Not for NFS, whose appends are not atomic (open(2), O_APPEND).
 */
export class AttemptWriter {
  readonly #path: string;
  readonly #fd: number;
  readonly #message = new MessageBuffer();
  readonly #integers: { name: IntegerName; writer: IntegerWriter }[] = [];
  readonly #texts: { name: TextName; writer: TextWriter }[] = [];
  readonly #booleans: { name: BooleanName; writer: BooleanWriter }[] = [];
  readonly #columns: readonly ColumnWriter[];
  #rows = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#columns = columns.map(({ name, type }) => {
      if (type === 'bool') {
        const writer = new BooleanWriter(capacity);
        this.#booleans.push({ name: name as BooleanName, writer });
        return writer;
      }
      if (type === 'text') {
        const writer = new TextWriter(capacity);
        this.#texts.push({ name: name as TextName, writer });
        return writer;
      }
      const writer = new IntegerWriter(type, capacity);
      this.#integers.push({ name: name as IntegerName, writer });
      return writer;
    });
    this.#fd = openToAppend(path);
  }

  /**
   * Copies the attempt, so that the caller may use the object again. Times are rounded to whole microseconds; a
   * counter (the app's own word) that is no whole number up to 2^53 becomes null. Writes out by itself when 4,096 rows
   * are held. Throws HITLESS_RECORD_NUMBER for any other number that is none, HITLESS_RECORD_WRITE as flush does; the
   * attempt is not recorded then.
   */
  add(attempt: Attempt): void {
    if (this.#rows === capacity) this.flush();
    for (const { name } of this.#integers) if (name !== 'counter') assertNumber(attempt, name);
    const row = this.#rows;
    for (const { name, writer } of this.#integers)
      writer.put(row, name === 'counter' && !Number.isSafeInteger(attempt.counter) ? null : attempt[name]);
    let textSize = 0;
    for (const { name, writer } of this.#texts) {
      writer.put(row, attempt[name]);
      textSize += writer.size;
    }
    for (const { name, writer } of this.#booleans) writer.put(row, attempt[name]);
    this.#rows = row + 1;
    if (textSize > textLimit) this.flush();
  }

  /**
   * Writes the rows held as one batch, in one write; returns how many. Throws HITLESS_RECORD_WRITE when the disk did
   * not take all of it: the rows stay held, but the record may be damaged from there on and the run is an error.
   */
  flush(): number {
    const rows = this.#rows;
    if (this.#closed || rows === 0) return 0;
    append(this.#fd, this.#path, this.#message.encodeBatch(rows, this.#columns));
    for (const column of this.#columns) column.clear();
    this.#rows = 0;
    return rows;
  }

  /** Flushes and closes; nothing may be added afterwards. Closing twice does nothing. */
  close(): void {
    if (this.#closed) return;
    try {
      this.flush();
    } finally {
      this.#closed = true;
      closeSync(this.#fd);
    }
  }
}

type NamesOf<T> = { [K in keyof Attempt]: Attempt[K] extends T ? K : never }[keyof Attempt];
type IntegerName = NamesOf<number | null>;
type TextName = NamesOf<string | null>;
type BooleanName = NamesOf<boolean | null>;

function assertNumber(attempt: Attempt, name: IntegerName): void {
  const value = attempt[name];
  if (value === null || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return;
  throw new HitlessError('HITLESS_RECORD_NUMBER', `${name} of attempt ${attempt.id} is ${value}: not a whole number`, {
    blame: 'environment',
  });
}

function openToAppend(path: string): number {
  return orWriteError(path, () => openSync(path, 'a'));
}

function append(fd: number, path: string, bytes: Uint8Array): void {
  const written = orWriteError(path, () => writeSync(fd, bytes));
  if (written !== bytes.length) throw writeError(path, `only ${written} of ${bytes.length} bytes were written`);
}

function orWriteError<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeError(path, (error as Error).message, error);
  }
}

function writeError(path: string, what: string, cause?: unknown): HitlessError {
  return new HitlessError('HITLESS_RECORD_WRITE', `cannot record attempts: ${what}`, {
    blame: 'environment',
    location: { file: path },
    hint: 'Make room on the disk, or choose another folder with --out.',
    cause,
  });
}
