import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { runFiles, runFolderOf } from '../record/run-folder.ts';
import type { Reporter } from '../reports/reporter.ts';
import { createReporters, endReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { judge } from '../runner/judge/judge.ts';
import { giveMemoryBack } from '../runner/memory.ts';
import { runScenario } from '../runner/run.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import { Interrupted } from '../runner/steps/wait-for.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import type { Interruption } from './interruption.ts';
import { keepScenario } from './kept-scenario.ts';
import { exitCodeOfDone, withOnInconclusive } from './on-inconclusive.ts';
import type { Policy } from './policy.ts';
import { settingsOf, type TargetArguments } from './target-settings.ts';
import { targetFor, targets } from './targets.ts';

export interface RunRequest {
  target: string | undefined;
  settings: TargetArguments;
  out: string | undefined;
  policy: Policy;
  /** What the person who watches is to know before. */
  notices?: readonly string[];
  /** Of a scenario that has no file: it is kept in the run's folder, for whoever judges or runs it again. */
  definition?: unknown;
}

/**
 * Runs a scenario, judges it and has it told, and again while the policy says so of what cannot be told; what the process
 * is to say of the last try. `load` makes the scenario of each try: where it has no seed, each draws its own.
 */
export async function runOne(
  load: () => Promise<Scenario>,
  request: RunRequest,
  interruption: Interruption,
): Promise<ExitCode> {
  refuseUsedTries(request);
  for (let nth = 1; ; nth++) {
    const end = await runTry(await load(), request, interruption, nth);
    if (!end.again || interruption.exitCode !== null) return end.code;
  }
}

/** Where nothing could be begun no folder is left. */
async function runTry(
  asked: Scenario,
  request: RunRequest,
  interruption: Interruption,
  nth: number,
): Promise<{ code: ExitCode; again: boolean }> {
  const { policy, definition } = request;
  const target = targetFor(asked, request.target);
  const createTarget = await targets.get(target)?.load();
  if (!createTarget) throw new Error(`no target ${target}`);
  const folder = runFolderOf(request.out, asked.name);
  const scenario = definition === undefined ? asked : { ...asked, file: keepScenario(definition, folder) };
  interruption.atOnce = () => leave(folder);
  const reporters = createReporters(policy.reporters, screenOn(process.stdout));
  tell(reporters, 'onStart', {
    scenario,
    target,
    folder: relative(process.cwd(), folder) || '.',
    steps: scenario.steps.map(({ name }) => name),
  });
  for (const line of request.notices ?? []) tell(reporters, 'onNotice', line);
  if (policy.config !== null) tell(reporters, 'onNotice', `The config is ${policy.config.file}.`);
  try {
    await runScenario(scenario, {
      createTarget,
      settings: settingsOf(request.settings, target),
      folder,
      runId: randomBytes(6).toString('hex'),
      signal: interruption.signal,
      levels: policy.levels,
      watcher: {
        progress: (progress) => tell(reporters, 'onProgress', progress),
        notice: (line) => tell(reporters, 'onNotice', line),
        output: (line) => tell(reporters, 'onOutput', line),
      },
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof Interrupted && interruption.exitCode !== null)
      return { code: interruption.exitCode, again: false };
    throw error;
  }
  giveMemoryBack();
  const judged = judge({
    folder,
    asked: scenario.checks,
    expectation: scenario.expectation,
    levels: policy.levels,
  });
  const told = policy.config === null ? judged : { ...judged, config: policy.config.file };
  const result = withOnInconclusive(told, policy.onInconclusive, nth);
  const again = result.onInconclusive?.done === 'retry';
  giveMemoryBack();
  const problems = await endReporters(reporters, result, again ? setAside(folder, request, nth) : folder);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const code = interruption.exitCode ?? (problems.length > 0 ? exitCodes.error : exitCodeOfDone(result));
  return { code, again };
}

/** What was recorded until then can be judged later. */
function leave(folder: string): void {
  if (existsSync(runFiles(folder).facts)) {
    const place = relative(process.cwd(), folder) || '.';
    process.stderr.write(`Ended at once. What was seen is in ${place}; hitless report ${place} judges it.\n`);
  } else rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The folder that was asked for holds the try that decides; one before it stands beside. */
function setAside(folder: string, { out }: RunRequest, nth: number): string {
  if (out === undefined) return folder;
  const aside = folderOfTry(out, nth);
  renameSync(folder, aside);
  return aside;
}

function folderOfTry(out: string, nth: number): string {
  return `${resolve(out)}.try-${nth}`;
}

function refuseUsedTries({ out, policy }: RunRequest): void {
  const tries = policy.onInconclusive?.tries ?? 1;
  if (out === undefined || tries === 1) return;
  for (let nth = 1; nth < tries; nth++) {
    const folder = folderOfTry(out, nth);
    if (!existsSync(folder)) continue;
    const message = `cannot use ${folder} for a try that cannot tell: it is there already`;
    throw new HitlessError('HITLESS_OUT', message, { blame: 'usage', hint: 'Remove it, or name another --out.' });
  }
}

function tell<K extends 'onStart' | 'onProgress' | 'onNotice' | 'onOutput'>(
  reporters: readonly Reporter[],
  what: K,
  news: Parameters<NonNullable<Reporter[K]>>[0],
): void {
  for (const reporter of reporters) (reporter[what] as ((news: unknown) => void) | undefined)?.(news);
}
