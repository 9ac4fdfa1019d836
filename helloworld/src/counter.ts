import { readFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Counts the answers of a replica. */
export interface Counter {
  /** One more than the last time; what it resolves with is kept as safely as the counter can. */
  next(): Promise<number>;
}

/** In memory: starts again with each process. */
export class MemoryCounter implements Counter {
  #value = 0;

  async next(): Promise<number> {
    return ++this.#value;
  }
}

/**
 * In a file that one process at a time may write. A number is given out when it is on the disk, so none is given out
 * twice, whenever the process or its machine ends: the new value is written beside the old one, flushed, and takes its
 * place by a rename, of which others see all or nothing (rename(2)). Those that ask while one is written wait, and share
 * the next write.
 */
export class FileCounter implements Counter {
  readonly #path: string;
  #value: number;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @throws the file system's error, and one for a file that holds no count */
  constructor(path: string) {
    this.#path = path;
    this.#value = read(path);
  }

  async next(): Promise<number> {
    const value = ++this.#value;
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      this.#writing = write(this.#path, this.#value);
      return this.#writing;
    });
    await this.#next;
    return value;
  }
}

function read(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  if (!/^\d{1,15}\n$/.test(text)) throw new Error(`${path} holds no count`);
  return Number(text);
}

async function write(path: string, value: number): Promise<void> {
  const beside = `${path}.new`;
  await flushed(await open(beside, 'w'), (file) => file.writeFile(`${value}\n`));
  await rename(beside, path);
  // The rename is an entry of the folder.
  await flushed(await open(dirname(path), 'r'));
}

async function flushed(file: FileHandle, fill?: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await fill?.(file);
    await file.sync();
  } finally {
    await file.close();
  }
}
