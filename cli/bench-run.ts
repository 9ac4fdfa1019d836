import { existsSync, rmSync } from 'node:fs';
import { type BenchResult, writeBench } from '../record/bench-result.ts';
import { runFolderOf } from '../record/run-folder.ts';
import type { BenchOptions } from '../runner/bench/bench.ts';
import type { Subject } from '../runner/bench/stage.ts';
import type { BenchArguments } from './bench-options.ts';
import { benchFiles, keptAttempts, type Output, prepareOutput, writeOutput } from './bench-output.ts';
import { writeBenchReports } from './bench-reports.ts';
import { wayTo } from './bench-way.ts';
import type { ExitCode } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { versionOf } from './package-folder.ts';

interface BenchRun {
  /** What is measured, and where it is for people; each is tried once before anything is measured. */
  subjects: readonly { subject: Subject; url: string }[];
  seed: number;
  command: string[];
  output: Output | null;
  notice(line: string): void;
  measure(options: Omit<BenchOptions, 'onProgress'>): Promise<BenchResult>;
  end(result: BenchResult, folder: string): void;
  exitCode(result: BenchResult): ExitCode;
}

/** From the way to what is measured to its files; a folder that came to nothing goes. */
export async function runBench(args: BenchArguments, run: BenchRun): Promise<ExitCode> {
  const { output } = run;
  const interruption = new Interruption();
  try {
    for (const { subject, url } of run.subjects)
      for (const line of await wayTo(subject, url, interruption.signal)) run.notice(line);
    if (output !== null) prepareOutput(output);
    const folder = runFolderOf(args.out, 'bench');
    const files = benchFiles(folder);
    interruption.atOnce = () => leave(folder, args['keep-attempts']);
    const options = {
      folder,
      keepAttempts: args['keep-attempts'] || output?.format === 'arrow',
      seed: run.seed,
      mostRequests: args['max-requests'],
      threads: args.threads ?? null,
      signal: interruption.signal,
      hitless: versionOf(),
      command: run.command,
    };
    const result = await run.measure(options).catch((error) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
    writeBench(files.result, result);
    writeBenchReports(result, folder);
    run.end(result, folder);
    try {
      if (output !== null) await writeOutput(output, result, keptAttempts(folder));
    } finally {
      if (!args['keep-attempts']) files.removeAttempts();
    }
    return interruption.exitCode ?? run.exitCode(result);
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  } finally {
    interruption.end();
  }
}

/** Where nobody waits until figures are made of the records of the rounds, nothing reads these again. */
function leave(folder: string, keepsAttempts: boolean): void {
  const { result, attempts } = benchFiles(folder);
  const isMeasured = existsSync(result);
  if (isMeasured || (keepsAttempts && existsSync(attempts))) {
    const what = isMeasured ? 'bench.json is whole, the rest may not be' : 'attempts, and no bench.json';
    process.stderr.write(`Ended at once. What there is: ${folder} (${what})\n`);
  } else rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
