import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { HitlessError } from './error.ts';

/** Writes whole or not at all: beside the file first, then in its place. Throws HITLESS_RECORD_WRITE. */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.${randomUUID()}`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new HitlessError('HITLESS_RECORD_WRITE', `cannot write: ${(error as Error).message}`, {
      blame: 'environment',
      location: { file: path },
      hint: 'Make room on the disk, or choose another folder with --out.',
      cause: error,
    });
  }
}
