import { join } from 'node:path';
import type { BenchResult } from '../record/bench-result.ts';
import { writeWhole } from '../record/whole-file.ts';
import { benchDocument } from '../reports/bench/html/document.ts';
import { benchMarkdown } from '../reports/bench/markdown/bench.ts';

/** bench.html and bench.md beside bench.json. Throws HITLESS_RECORD_WRITE. */
export function writeBenchReports(bench: BenchResult, folder: string): void {
  writeWhole(join(folder, 'bench.html'), benchDocument(bench));
  writeWhole(join(folder, 'bench.md'), benchMarkdown(bench, folder));
}
