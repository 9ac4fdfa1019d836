import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertBench, type BenchResult } from '../record/bench-result.ts';
import type { Effect } from '../record/effect.ts';
import { runVerdicts } from '../record/effect-names.ts';
import { HitlessError } from '../record/error.ts';
import { readJson } from '../record/json-file.ts';
import type { Result } from '../record/result.ts';
import { assertResult } from '../record/result-file.ts';
import { effectLines, effectVerdictLines } from '../reports/bench/effect/terminal.ts';
import { effectMarkdown } from '../reports/bench/markdown/effect.ts';
import { screenOn } from '../reports/screen.ts';
import { compareBenches } from '../runner/bench/effect/compare.ts';
import { compareRuns } from '../runner/bench/effect/compare-runs.ts';
import type { CompareArguments } from './compare.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { toleranceOf } from './tolerance.ts';
import { wrongUse } from './wrong-use.ts';

/** Throws HITLESS_USAGE, HITLESS_NO_RUN, and as what is kept is read. */
export function compareCommand({ before, after, tolerance, format }: CompareArguments): ExitCode {
  const effect = effectOf(before, after, toleranceOf(tolerance));
  process.stdout.write(textOf(effect, format));
  return effectExitCode(effect);
}

export function effectExitCode({ verdict }: Pick<Effect, 'verdict'>): ExitCode {
  return exitCodes[runVerdicts[verdict]];
}

function textOf(effect: Effect, format: CompareArguments['format']): string {
  if (format === 'json') return `${JSON.stringify(effect, null, 2)}\n`;
  if (format === 'markdown') return effectMarkdown(effect);
  const screen = screenOn(process.stdout);
  return `${[...effectLines(effect, screen), '', ...effectVerdictLines(effect, screen)].join('\n')}\n`;
}

function effectOf(before: string, after: string, tolerance: number): Effect {
  const [baseline, candidate] = [keptIn(before), keptIn(after)];
  if (baseline.kind !== candidate.kind)
    throw wrongUse(`${before} is a ${baseline.kind} and ${after} a ${candidate.kind}: they measured different things`);
  if (baseline.kind === 'bench')
    return compareBenches(
      { name: before, result: benchOf(baseline) },
      { name: after, result: benchOf(candidate) },
      tolerance,
    );
  return compareRuns({ name: before, result: runOf(baseline) }, { name: after, result: runOf(candidate) }, tolerance);
}

interface KeptFile {
  kind: 'bench' | 'run';
  file: string;
  value: unknown;
}

function benchOf({ file, value }: KeptFile): BenchResult {
  assertBench(value, file);
  return value;
}

function runOf({ file, value }: KeptFile): Result {
  assertResult(value, file);
  return value;
}

/** A folder, or the file itself; a bench of a scenario is a run. Throws HITLESS_NO_RUN, and as readJson does. */
function keptIn(place: string): KeptFile {
  const files = isFolder(place) ? ['result.json', 'bench.json'].map((name) => join(place, name)) : [place];
  const file = files.find((each) => existsSync(each));
  if (file === undefined)
    throw new HitlessError('HITLESS_NO_RUN', 'there is neither a bench.json nor a result.json', {
      blame: 'usage',
      location: { file: resolve(place) },
      hint: 'Name the folder of a bench or of a run, or its file.',
    });
  const value = valueIn(file);
  const { schema } = (value ?? {}) as { schema?: unknown };
  return { kind: schema === 'hitless/result@1' ? 'run' : 'bench', file, value };
}

/** A file that the user named and that is no JSON is his, and not a fault of this machine. */
function valueIn(file: string): unknown {
  try {
    return readJson(file);
  } catch (error) {
    if (!(error instanceof HitlessError && error.code === 'HITLESS_RECORD_CORRUPT')) throw error;
    const { code, message, location } = error;
    throw new HitlessError(code, message, { blame: 'usage', ...(location && { location }), cause: error });
  }
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
