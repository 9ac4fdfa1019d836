import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { anAttempt } from './attempt-samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('texts that are alike in each row of a batch, or nearly, are read as they were written', () => {
  const folder = temporaryFolder();
  let run = 0;
  const alike = fc.constantFrom(
    ['v1'],
    ['v1', 'v2'],
    ['v1', 'v10'],
    ['', 'v'],
    ['ab', 'ba'],
    ['é', 'ab'],
    [null],
    ['v1', null],
  );
  const column = alike.chain((texts) => fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 9 }));
  fc.assert(
    fc.property(fc.array(column, { minLength: 1, maxLength: 4 }), (batches) => {
      const path = join(folder, `${run++}.arrows`);
      createAttemptsFile(path);
      const writer = new AttemptWriter(path);
      for (const versions of batches) {
        for (const version of versions) writer.add(anAttempt({ version }));
        writer.flush();
      }
      writer.close();
      endAttemptsFile(path);
      const seen: (string | null)[] = [];
      for (const batch of readAttempts(path))
        for (let row = 0; row < batch.length; row++) seen.push(batch.version.at(row));
      expect(seen).toEqual(batches.flat());
    }),
    { numRuns: 100 },
  );
});
