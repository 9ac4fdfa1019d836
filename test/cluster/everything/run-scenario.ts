import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { foldAttempts } from '../../../record/attempts-reader.ts';
import type { Verdict } from '../../../record/result.ts';
import { readResult } from '../../../record/result-file.ts';
import { runFiles } from '../../../record/run-folder.ts';
import { type Losses, LossesFold } from './losses.ts';

/** What came of one scenario on one target. */
export interface Seen {
  scenario: string;
  target: string;
  exitCode: number | null;
  /** Null where the run left no result. */
  verdict: Verdict | null;
  reason: string;
  planned: number;
  failed: number;
  losses: Losses;
  seconds: number;
  /** A run before this one was inconclusive, for this reason. */
  inconclusiveBefore: string | null;
}

/** What the first step of a lesson shows, before it is mended. */
const meantToFail: readonly string[] = ['rolling-update-as-printed', 'frontend-assets-rolling'];

/** The exit code that a scenario has to end with, wherever it runs. */
export function expectedExitCode(scenario: string): number {
  return meantToFail.includes(scenario) ? 1 : 0;
}

const inconclusive = 4;
/** Twice the longest of those that ship. What takes longer hangs, and is told to clean up. */
const longestMs = 600_000;
const cleanUpMs = 60_000;

/**
 * Runs it, and once more where the first run was inconclusive: a busy machine may not have let it see enough. What fails
 * is never run again.
 */
export async function runScenario(scenario: string, target: string, folder: string): Promise<Seen> {
  const first = await runOnce(scenario, target, join(folder, `${target}-${scenario}`));
  if (first.exitCode !== inconclusive) return first;
  const second = await runOnce(scenario, target, join(folder, `${target}-${scenario}-again`));
  return { ...second, inconclusiveBefore: first.reason };
}

/** Where the run that counts was left. */
export function lastRun({ scenario, target, inconclusiveBefore }: Seen, folder: string): string {
  return join(folder, `${target}-${scenario}${inconclusiveBefore === null ? '' : '-again'}`);
}

async function runOnce(scenario: string, target: string, out: string): Promise<Seen> {
  const from = performance.now();
  const exitCode = await hitless('run', scenario, '--target', target, '--out', out);
  const seconds = (performance.now() - from) / 1000;
  const files = runFiles(out);
  const about = { scenario, target, exitCode, seconds, inconclusiveBefore: null };
  if (!existsSync(files.result) || !existsSync(files.attempts)) {
    const losses = { 'no connection': 0, 'broken in flight': 0, 'bad answer': 0 };
    return { ...about, verdict: null, reason: `ended with ${exitCode} and no result`, planned: 0, failed: 0, losses };
  }
  const { verdict, reasons, traffic } = readResult(files.result);
  const sum = (field: 'planned' | 'failed') => traffic.reduce((total, lane) => total + lane[field], 0);
  const [losses] = foldAttempts<[Losses]>(files.attempts, [new LossesFold()]).results;
  return { ...about, verdict, reason: reasons[0] ?? '', planned: sum('planned'), failed: sum('failed'), losses };
}

/** The command line, as a user calls it; its output is shown. */
async function hitless(...words: string[]): Promise<number | null> {
  const bin = join(import.meta.dirname, '../../../bin/hitless.js');
  const child = spawn(process.execPath, [bin, ...words], { stdio: ['ignore', 'inherit', 'inherit'] });
  const asking = setTimeout(() => child.kill('SIGTERM'), longestMs);
  const insisting = setTimeout(() => child.kill('SIGKILL'), longestMs + cleanUpMs);
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  try {
    return await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  } finally {
    clearTimeout(asking);
    clearTimeout(insisting);
    process.off('SIGINT', pass).off('SIGTERM', pass);
  }
}
