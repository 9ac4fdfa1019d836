import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type BenchResult, readBench } from '../record/bench-result.ts';
import { HitlessError } from '../record/error.ts';
import { makeFolder } from '../record/make-folder.ts';
import type { Trend } from '../record/trend.ts';
import { trendMarkdown } from '../reports/bench/trend/markdown.ts';
import { trendPage } from '../reports/bench/trend/page.ts';
import { trendLines } from '../reports/bench/trend/terminal.ts';
import { screenOn } from '../reports/screen.ts';
import type { Kept } from '../runner/bench/effect/compare.ts';
import { trendOf } from '../runner/bench/effect/trend.ts';
import { refuseNoFile } from './output-file.ts';
import { toleranceOf } from './tolerance.ts';
import type { TrendArguments } from './trend.ts';

const leftByBench = 'hitless bench URL leaves one.';

/** Throws HITLESS_USAGE, HITLESS_NO_RUN and HITLESS_OUTPUT. */
export function trendCommand({ folder, tolerance, format, html }: TrendArguments): void {
  if (html !== undefined) refuseNoFile('html', html);
  const { benches, skipped } = benchesIn(folder);
  const trend = trendOf(benches, { folder, tolerance: toleranceOf(tolerance), skipped });
  if (html !== undefined) writePage(html, trendPage(trend));
  process.stdout.write(textOf(trend, format));
}

function textOf(trend: Trend, format: TrendArguments['format']): string {
  if (format === 'json') return `${JSON.stringify(trend, null, 2)}\n`;
  if (format === 'markdown') return trendMarkdown(trend);
  return `${trendLines(trend, screenOn(process.stdout)).join('\n')}\n`;
}

/** The benches of the folders in it; what is not one, such as a run, is passed over. Throws HITLESS_NO_RUN. */
function benchesIn(folder: string): { benches: Kept<BenchResult>[]; skipped: Trend['skipped'] } {
  const benches: Kept<BenchResult>[] = [];
  const skipped: Trend['skipped'] = [];
  for (const name of namesIn(folder)) {
    const file = join(folder, name, 'bench.json');
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    try {
      benches.push({ name, result: readBench(file) });
    } catch (error) {
      if (!(error instanceof HitlessError)) throw error;
      skipped.push({ run: name, why: error.message });
    }
  }
  if (benches.length > 0) return { benches, skipped };
  const what =
    skipped.length === 0 ? 'no folder in it holds a bench.json' : `none of its benches can be read: ${skipped[0]?.why}`;
  throw new HitlessError('HITLESS_NO_RUN', what, {
    blame: 'usage',
    location: { file: resolve(folder) },
    hint: leftByBench,
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? 'there is no such folder' : `cannot be read: ${(error as Error).message}`;
    throw new HitlessError('HITLESS_NO_RUN', what, {
      blame: 'usage',
      location: { file: resolve(folder) },
      ...(isMissing && { hint: leftByBench }),
    });
  }
}

function writePage(file: string, page: string): void {
  try {
    makeFolder(dirname(file));
    writeFileSync(file, page);
  } catch (error) {
    throw new HitlessError('HITLESS_OUTPUT', `--html: cannot write: ${(error as Error).message}`, {
      blame: 'environment',
      location: { file: resolve(file) },
    });
  }
}
