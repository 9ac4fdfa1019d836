import { rmSync } from 'node:fs';
import { writeBench } from '../record/bench-result.ts';
import { HitlessError } from '../record/error.ts';
import { makeNamedRunFolder, makeRunFolder, runsFolder } from '../record/run-folder.ts';
import { type BenchProgress, benchReporter } from '../reports/bench/terminal/reporter.ts';
import { screenOn } from '../reports/screen.ts';
import { benchUrl } from '../runner/bench/bench.ts';
import { benchAgainstUrl } from './against.ts';
import type { BenchArguments } from './bench-options.ts';
import { benchFiles, keptAttempts, type Output, outputOf, writeOutput } from './bench-output.ts';
import { benchPlan } from './bench-plan.ts';
import { writeBenchReports } from './bench-reports.ts';
import { benchScenario } from './bench-scenario.ts';
import { wayTo } from './bench-way.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { versionOf } from './package-folder.ts';

/** `words`: the command line as typed. */
export async function benchCommand(args: BenchArguments, words: readonly string[]): Promise<ExitCode> {
  const output = outputOf(args.output);
  const command = withoutSecrets(words);
  if (/^[\w.-]+:\d+(\/|$)/.test(args.what)) {
    const hint = `hitless bench http://${args.what}`;
    throw new HitlessError('HITLESS_USAGE', `${args.what} is no URL`, { blame: 'usage', hint });
  }
  if (args.against !== undefined) return benchAgainstUrl({ ...args, against: args.against }, output, command);
  return isUrl(args.what) ? benchOfUrl(args, output, command) : benchScenario(args, output, command);
}

async function benchOfUrl(args: BenchArguments, output: Output | null, command: string[]): Promise<ExitCode> {
  const { scenario, ...plan } = benchPlan(args);
  const reporter = benchReporter(screenOn(output?.file === null ? process.stderr : process.stdout));
  const interruption = new Interruption();
  try {
    for (const line of await wayTo(plan.subject, plan.target.url ?? args.what, interruption.signal))
      reporter.notice(line);
    const folder = args.out === undefined ? makeRunFolder(runsFolder, 'bench') : makeNamedRunFolder(args.out);
    const files = benchFiles(folder);
    reporter.start(plan.target, plan.stages, plan.rounds);
    const options = {
      folder,
      keepAttempts: args['keep-attempts'] || output?.format === 'arrow',
      seed: scenario.seed,
      mostRequests: args['max-requests'],
      threads: args.threads ?? null,
      signal: interruption.signal,
      hitless: versionOf(),
      command,
      onProgress: (progress: BenchProgress) => reporter.progress(progress),
    };
    const result = await benchUrl(plan, options).catch((error) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
    writeBench(files.result, result);
    writeBenchReports(result, folder);
    if (output !== null) await writeOutput(output, result, keptAttempts(folder));
    if (!args['keep-attempts']) files.removeAttempts();
    reporter.end(result, folder);
    return interruption.exitCode ?? exitCodes[result.verdict];
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  } finally {
    interruption.end();
  }
}

function isUrl(what: string): boolean {
  return /^[a-z]+:\/\//i.test(what);
}

const secret = new Set(['-H', '--header', '--data', '--key']);

/** Values of headers and bodies are nobody's business but the server's. */
function withoutSecrets(words: readonly string[]): string[] {
  return words.map((word, index) => {
    if (secret.has(words[index - 1] ?? '')) return '***';
    const [name = ''] = word.split('=');
    if (word.includes('=') && secret.has(name)) return `${name}=***`;
    return word.startsWith('-H') && word.length > 2 ? '-H***' : word;
  });
}
