import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { readFacts } from '../record/facts-file.ts';
import type { Result } from '../record/result.ts';
import { readResult } from '../record/result-file.ts';
import { runFiles } from '../record/run-folder.ts';
import { createReporters, endReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { judge } from '../runner/judge/judge.ts';
import { loadChecks } from '../runner/scenario/load.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import type { ReportArguments } from './report.ts';

export async function reportCommand({ folder, checks, reporter }: ReportArguments): Promise<ExitCode> {
  const reporters = createReporters(reporter.split(','), screenOn(process.stdout));
  if (!existsSync(runFiles(folder).facts) && !existsSync(runFiles(folder).result))
    throw new HitlessError('HITLESS_NO_RUN', 'this is no folder of a run: it holds neither run.json nor result.json', {
      blame: 'usage',
      location: { file: resolve(folder) },
    });
  const result = await resultOf(folder, checks);
  const problems = await endReporters(reporters, result, folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length > 0 ? exitCodes.error : exitCodeOf(result);
}

/** A run that was killed left no result: it is judged now, by the checks that its scenario asks for. */
async function resultOf(folder: string, checksFile: string | undefined): Promise<Result> {
  const files = runFiles(folder);
  if (checksFile === undefined && existsSync(files.result)) return readResult(files.result);
  const { lanes, scenario } = readFacts(files);
  const laneNames = lanes.map(({ name }) => name);
  const { checks, expectation } = await loadChecks(checksFile ?? scenario.file, laneNames);
  return judge({ folder, asked: checks, expectation });
}
