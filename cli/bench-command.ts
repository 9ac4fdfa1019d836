import { type BenchProgress, benchReporter } from '../reports/bench/terminal/reporter.ts';
import { screenOn } from '../reports/screen.ts';
import { benchUrl } from '../runner/bench/bench.ts';
import { benchAgainstUrl } from './against.ts';
import type { BenchArguments } from './bench-options.ts';
import { type Output, outputOf } from './bench-output.ts';
import { benchPlan } from './bench-plan.ts';
import { runBench } from './bench-run.ts';
import { benchScenario } from './bench-scenario.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { wrongUse } from './wrong-use.ts';

/** `words`: the command line as typed. */
export async function benchCommand(args: BenchArguments, words: readonly string[]): Promise<ExitCode> {
  const output = outputOf(args.output);
  const command = withoutSecrets(words);
  if (/^[\w.-]+:\d+(\/|$)/.test(args.what)) {
    throw wrongUse(`${args.what} is no URL`, `hitless bench http://${args.what}`);
  }
  if (!isUrl(args.what)) return benchScenario(args, output, command);
  if (args.against !== undefined) return benchAgainstUrl({ ...args, against: args.against }, output, command);
  return benchOfUrl(args, output, command);
}

function benchOfUrl(args: BenchArguments, output: Output | null, command: string[]): Promise<ExitCode> {
  const { scenario, ...plan } = benchPlan(args);
  const reporter = benchReporter(screenOn(output?.file === null ? process.stderr : process.stdout));
  return runBench(args, {
    subjects: [{ subject: plan.subject, url: plan.target.url ?? args.what }],
    seed: scenario.seed,
    command,
    output,
    notice: (line) => reporter.notice(line),
    measure: (options) => {
      reporter.start(plan.target, plan.stages, plan.rounds);
      return benchUrl(plan, { ...options, onProgress: (progress: BenchProgress) => reporter.progress(progress) });
    },
    end: (result, folder) => reporter.end(result, folder),
    exitCode: ({ verdict }) => exitCodes[verdict],
  });
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
