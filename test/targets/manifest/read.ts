import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { HitlessError } from '../../../record/error.ts';
import { readManifests } from '../../../targets/manifest/manifests.ts';

/** Where the files lie that these tests write. */
export const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Reads a text as a file of manifests. */
export function read(text: string | Buffer): ReturnType<typeof readManifests> {
  const file = join(folder, `${files++}.yml`);
  writeFileSync(file, text);
  return readManifests([file]);
}

/** What is wrong with it; throws where it is accepted. */
export function errorOf(text: string | Buffer): HitlessError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof HitlessError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
