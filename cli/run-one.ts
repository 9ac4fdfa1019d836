import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { makeNamedRunFolder, makeRunFolder, runsFolder } from '../record/run-folder.ts';
import type { Reporter } from '../reports/reporter.ts';
import { createReporters, endReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { judge } from '../runner/judge/judge.ts';
import { runScenario } from '../runner/run.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import { Interrupted } from '../runner/steps/wait-for.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import type { Interruption } from './interruption.ts';
import { keepScenario } from './kept-scenario.ts';
import { settingsOf, type TargetArguments } from './target-settings.ts';
import { targetFor, targets } from './targets.ts';

export interface RunRequest {
  target: string | undefined;
  settings: TargetArguments;
  out: string | undefined;
  reporters: readonly string[];
  /** Of a scenario that has no file: it is kept in the run's folder, for whoever judges or runs it again. */
  definition?: unknown;
}

/**
 * Runs a scenario once, judges it and has it told; what the process is to say of it. Where nothing could be begun no
 * folder is left.
 */
export async function runOne(asked: Scenario, request: RunRequest, interruption: Interruption): Promise<ExitCode> {
  const target = targetFor(asked, request.target);
  const createTarget = await targets.get(target)?.load();
  if (!createTarget) throw new Error(`no target ${target}`);
  const folder = request.out === undefined ? makeRunFolder(runsFolder, asked.name) : makeNamedRunFolder(request.out);
  const { definition } = request;
  const scenario = definition === undefined ? asked : { ...asked, file: keepScenario(definition, folder) };
  const reporters = createReporters(request.reporters, screenOn(process.stdout));
  tell(reporters, 'onStart', {
    scenario,
    target,
    folder: relative(process.cwd(), folder) || '.',
    steps: scenario.steps.map(({ name }) => name),
  });
  try {
    await runScenario(scenario, {
      createTarget,
      settings: settingsOf(request.settings, target),
      folder,
      runId: randomBytes(6).toString('hex'),
      signal: interruption.signal,
      watcher: {
        progress: (progress) => tell(reporters, 'onProgress', progress),
        notice: (line) => tell(reporters, 'onNotice', line),
      },
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof Interrupted && interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  }
  const result = judge({ folder, asked: scenario.checks, expectation: scenario.expectation });
  const problems = await endReporters(reporters, result, folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return interruption.exitCode ?? (problems.length > 0 ? exitCodes.error : exitCodeOf(result));
}

function tell<K extends 'onStart' | 'onProgress' | 'onNotice' | 'onOutput'>(
  reporters: readonly Reporter[],
  what: K,
  news: Parameters<NonNullable<Reporter[K]>>[0],
): void {
  for (const reporter of reporters) (reporter[what] as ((news: unknown) => void) | undefined)?.(news);
}
        output: (line) => tell(reporters, 'onOutput', line),
