import { accessSync, constants, createWriteStream, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BenchResult } from '../record/bench-result.ts';
import { HitlessError } from '../record/error.ts';
import { makeFolder } from '../record/make-folder.ts';
import { didYouMean } from '../record/nearest.ts';
import { benchArrow } from '../reports/bench/arrow.ts';
import { benchCsv } from '../reports/bench/csv.ts';
import { benchHdr } from '../reports/bench/hdr.ts';
import { benchJson } from '../reports/bench/json.ts';
import { refuseNoFile } from './output-file.ts';
import { wrongUse } from './wrong-use.ts';

const formats = ['json', 'csv', 'hdr', 'arrow'] as const;
type Format = (typeof formats)[number];

/** What the figures are written as besides; `file`: null is the standard output. */
export interface Output {
  format: Format;
  file: string | null;
}

/** Reads `csv` or `csv=bench.csv`. Throws HITLESS_USAGE. */
export function outputOf(asked: string | undefined): Output | null {
  if (asked === undefined) return null;
  const [name = '', ...rest] = asked.split('=');
  const format = formats.find((each) => each === name);
  const file = rest.length === 0 ? null : rest.join('=');
  if (format !== undefined && file !== '') return { format, file };
  const message = `--output: expected ${formats.join(' or ')}, or one with a file behind it (csv=bench.csv), got ${asked}`;
  throw wrongUse(`${message}${didYouMean(name, formats)}`);
}

/** What a bench leaves in its folder. */
export function benchFiles(folder: string): { result: string; attempts: string; removeAttempts(): void } {
  const attempts = join(folder, 'attempts');
  return {
    result: join(folder, 'bench.json'),
    attempts,
    removeAttempts: () => rmSync(attempts, { recursive: true, force: true }),
  };
}

/** Makes the folder of the file: what cannot be written is told before anything is measured. Throws HITLESS_USAGE, HITLESS_OUTPUT. */
export function prepareOutput({ file }: Output): void {
  if (file === null) return;
  refuseNoFile('output', file);
  const folder = dirname(resolve(file));
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(error as Error);
  }
}

/** Whoever reads from a pipe may stop early, which is no fault. Rejects with HITLESS_OUTPUT where a file cannot be written. */
export async function writeOutput(
  { format, file }: Output,
  result: BenchResult,
  attempts: readonly string[],
): Promise<void> {
  const parts = format === 'arrow' ? benchArrow(attempts) : [textOf(format, result)];
  try {
    if (file === null) await pipeline(Readable.from(parts), process.stdout, { end: false });
    else await pipeline(Readable.from(parts), createWriteStream(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw cannotWrite(error as Error);
  }
}

function cannotWrite(error: Error): HitlessError {
  return new HitlessError('HITLESS_OUTPUT', `--output: cannot write: ${error.message}`, {
    blame: 'environment',
    cause: error,
  });
}

/** The records of a bench's rounds that were kept. */
export function keptAttempts(folder: string): string[] {
  const { attempts } = benchFiles(folder);
  return existsSync(attempts)
    ? readdirSync(attempts)
        .sort()
        .map((name) => join(attempts, name))
    : [];
}

function textOf(format: Exclude<Format, 'arrow'>, result: BenchResult): string {
  return { json: benchJson, csv: benchCsv, hdr: benchHdr }[format](result);
}
