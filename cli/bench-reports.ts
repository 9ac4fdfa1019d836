import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchResult } from '../record/bench-result.ts';
import { HitlessError } from '../record/error.ts';
import { benchDocument } from '../reports/bench/html/document.ts';
import { benchMarkdown } from '../reports/bench/markdown/bench.ts';

/** bench.html and bench.md beside bench.json. Throws HITLESS_RECORD_WRITE. */
export function writeBenchReports(bench: BenchResult, folder: string): void {
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw new HitlessError('HITLESS_RECORD_WRITE', `cannot write: ${(error as Error).message}`, {
        blame: 'environment',
        location: { file },
        cause: error,
      });
    }
  };
  write('bench.html', benchDocument(bench));
  write('bench.md', benchMarkdown(bench, folder));
}
