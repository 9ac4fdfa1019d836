import { renameSync } from 'node:fs';
import type { Attempt } from './attempt.ts';
import { readAttempts } from './attempts-reader.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from './attempts-writer.ts';

/**
 * Writes a record of attempts once more, in place, each as `change` leaves it; in memory that does not grow with it. One
 * that was cut stays cut. Throws as readAttempts and AttemptWriter do; the record is as it was then.
 */
export function rewriteAttempts(path: string, change: (attempt: Attempt) => void): void {
  const rewritten = `${path}.rewritten`;
  createAttemptsFile(rewritten);
  const writer = new AttemptWriter(rewritten);
  const reader = readAttempts(path);
  for (const batch of reader)
    for (let row = 0; row < batch.length; row++) {
      const attempt = batch.attempt(row);
      change(attempt);
      writer.add(attempt);
      if (row % 1000 === 999) writer.flush();
    }
  writer.close();
  if (reader.ended) endAttemptsFile(rewritten);
  renameSync(rewritten, path);
}
