import yargs, { type Argv } from 'yargs';
import { bench } from './bench.ts';
import { clean } from './clean.ts';
import { compare } from './compare.ts';
import { doctor } from './doctor.ts';
import { showError } from './error-screen.ts';
import { exitCodes } from './exit-code.ts';
import { list } from './list.ts';
import { versionOf } from './package-folder.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { trend } from './trend.ts';
import { refuseEmpty, refuseNoNumber, refuseTwice, usageError } from './usage-error.ts';
import { verify } from './verify.ts';

const epilogue = `Exit codes
  0  pass, or the scenario's expectation was met
  1  fail: the deployment lost requests, or broke another promise
  2  wrong use, or a file that is not valid
  3  error: the environment or hitless itself failed, nothing is said about the app
  4  inconclusive: too little was seen to tell
  130, 143  interrupted; what was seen is kept and marked as not complete

Read on
  docs/scenarios.md  write your own
  docs/verdicts.md   what a verdict means
  docs/attempts.md   how a request can fail`;

/** The command line. Sets the process's exit code; what it started has ended when it returns. */
export async function main(args: readonly string[]): Promise<void> {
  let finished = false;
  process.on('exit', (code) => {
    if (!finished) process.exitCode = prematureExitCode(code);
  });
  try {
    await program(args).parseAsync();
  } catch (error) {
    process.exitCode = showError(error, (text) => process.stderr.write(text));
  }
  finished = true;
}

/** Whatever ends the process early, a scenario's own process.exit(0) or a promise that nothing settles: it is no pass. */
function prematureExitCode(code: number): number {
  if (code === exitCodes.interrupted || code === exitCodes.terminated) return code;
  process.stderr.write(
    'hitless was ended before it had a verdict: by process.exit() or a promise that never settles\n',
  );
  return exitCodes.error;
}

function program(args: readonly string[]): Argv {
  const [own, deploy] = parted(args);
  return yargs(own)
    .scriptName('hitless')
    .locale('en')
    .usage('$0 <command>\n\nProves that a deployment drops no request, and when it does, shows which and when.')
    .example('$0 run rolling-update', 'the tutorial: v0.0.1 to v0.0.2 under traffic')
    .example('$0 run mine.yml', 'a scenario of yours')
    .example('$0 verify --url http://shop.example.com -- ./deploy.sh', 'what is deployed already, by whatever')
    .example('$0 bench http://localhost:8080/', 'how fast it is')
    .example('$0 list', 'what there is to run')
    .epilogue(epilogue)
    .version(versionOf())
    .help()
    .alias({ h: 'help', v: 'version' })
    .parserConfiguration({ 'camel-case-expansion': false })
    .wrap(Math.min(100, process.stdout.columns || 100))
    .check(refuseTwice)
    .check((given) => refuseEmpty(given, own))
    .check((given) => refuseNoNumber(given, own))
    .demandCommand(1)
    .strict()
    .exitProcess(false)
    .command(run)
    .command(verify(deploy))
    .command(bench(own))
    .command(compare)
    .command(trend)
    .command(list)
    .command(report)
    .command(schema)
    .command(doctor)
    .command(clean)
    .fail((message, error) => {
      throw error ?? usageError(message, args);
    });
}

/** What is behind `--` of a `verify` is a command of the user's: yargs would read its numbers and options. */
function parted(args: readonly string[]): [own: readonly string[], deploy: readonly string[]] {
  const at = args[0] === 'verify' ? args.indexOf('--') : -1;
  return at === -1 ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}
