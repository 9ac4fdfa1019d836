import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { readFacts } from '../record/facts-file.ts';
import type { Result } from '../record/result.ts';
import { readResult } from '../record/result-file.ts';
import { runFiles } from '../record/run-folder.ts';
import { defaultReporters } from '../reports/reporter-names.ts';
import { createReporters, endReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { judge } from '../runner/judge/judge.ts';
import { loadChecks } from '../runner/scenario/load.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { exitCodeOfDone } from './on-inconclusive.ts';
import { type Policy, policyOf } from './policy.ts';
import type { ReportArguments } from './report.ts';
import { wrongUse } from './wrong-use.ts';

export async function reportCommand(args: ReportArguments): Promise<ExitCode> {
  const { folder } = args;
  const policy = await policyOf({ ...args, 'on-inconclusive': undefined });
  const names = args.reporter?.split(',') ?? policy.config?.reporters ?? defaultReporters({});
  const reporters = createReporters(names, screenOn(process.stdout));
  if (!existsSync(runFiles(folder).facts) && !existsSync(runFiles(folder).result))
    throw new HitlessError('HITLESS_NO_RUN', 'this is no folder of a run: it holds neither run.json nor result.json', {
      blame: 'usage',
      location: { file: resolve(folder) },
    });
  const result = await resultOf(args, policy);
  const problems = await endReporters(reporters, result, folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length > 0 ? exitCodes.error : exitCodeOfDone(result);
}

/**
 * What was decided when it ran stays, until somebody asks for a verdict by other checks or levels. A run that was killed
 * left none: it is judged now, by the checks that its scenario asks for.
 */
async function resultOf(args: ReportArguments, policy: Policy): Promise<Result> {
  const { folder, checks: checksFile } = args;
  const files = runFiles(folder);
  const isAskedAnew = checksFile !== undefined || args.check !== undefined || typeof args.config === 'string';
  if (!isAskedAnew && existsSync(files.result)) return readResult(files.result);
  const { config, levels } = policy;
  if (typeof args.config === 'string' && config !== null && config.checks.length > 0)
    throw wrongUse(
      '--config: its budgets are for verify, and would be lost on a run that is over',
      'Give the checks in a scenario file with --checks, and leave budgets out of this config.',
    );
  const { lanes, scenario } = readFacts(files);
  const laneNames = lanes.map(({ name }) => name);
  const { checks, expectation } = await loadChecks(checksFile ?? scenario.file, laneNames);
  const result = judge({ folder, asked: checks, expectation, levels });
  return config === null ? result : { ...result, config: config.file };
}
