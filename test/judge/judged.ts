import { join } from 'node:path';
import type { Attempt } from '../../record/attempt.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import { assertResult } from '../../record/result-file.ts';
import { judge, type Question } from '../../runner/judge/judge.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';

/** Writes the attempts with the real writer, in batches of 7, and judges that record. Its result is valid, always. */
export function judged(
  facts: RunFacts,
  attempts: readonly Attempt[],
  { ended = true, ...question }: Partial<Question> & { ended?: boolean } = {},
): Result {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  attempts.forEach((attempt, i) => {
    writer.add(attempt);
    if (i % 7 === 0) writer.flush();
  });
  writer.close();
  if (ended) endAttemptsFile(path);
  const result = judge({ facts, attempts: path, asked: null, expectation: null, ...question });
  assertResult(JSON.parse(JSON.stringify(result)));
  return result;
}
