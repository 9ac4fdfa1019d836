import { rmSync } from 'node:fs';
import { type BenchResult, writeBench } from '../record/bench-result.ts';
import { type MeasureName, measureNames } from '../record/effect.ts';
import { HitlessError } from '../record/error.ts';
import { didYouMean } from '../record/nearest.ts';
import { makeNamedRunFolder, makeRunFolder, runsFolder } from '../record/run-folder.ts';
import { againstReporter } from '../reports/bench/effect/reporter.ts';
import { screenOn } from '../reports/screen.ts';
import { type AgainstPlan, benchAgainst } from '../runner/bench/effect/against.ts';
import { processTree, type ServerProcess, serverProcesses } from '../runner/bench/effect/server-cpu.ts';
import { placeOf } from '../targets/address.ts';
import type { BenchArguments } from './bench-options.ts';
import { benchFiles, keptAttempts, type Output, writeOutput } from './bench-output.ts';
import { benchPlan, subjectOf } from './bench-plan.ts';
import { writeBenchReports } from './bench-reports.ts';
import { wayTo } from './bench-way.ts';
import { effectExitCode } from './compare-command.ts';
import type { ExitCode } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { versionOf } from './package-folder.ts';
import { toleranceOf } from './tolerance.ts';

type Arguments = BenchArguments & { against: string };

/** Intervals of 99 % want thirty groups of four blocks of a fifth of a second each, and a warm-up before them. */
const defaultDuration = '60s';
const leastSeconds = 10;
/** Few, so that the server is the limit, and what it does for one request does not hide behind another. */
const closedConnections = 4;

/** Holds one live URL against another. Rejects as benchAgainst does, and with HITLESS_USAGE. */
export async function benchAgainstUrl(args: Arguments, output: Output | null, command: string[]): Promise<ExitCode> {
  const { plan, seed } = planOf(args);
  const reporter = againstReporter(screenOn(output?.file === null ? process.stderr : process.stdout));
  const interruption = new Interruption();
  try {
    for (const subject of ['A', 'B'] as const)
      for (const line of await wayTo(plan.subjects[subject], plan.subjects[subject].url, interruption.signal))
        reporter.notice(line);
    const folder = args.out === undefined ? makeRunFolder(runsFolder, 'bench') : makeNamedRunFolder(args.out);
    const files = benchFiles(folder);
    reporter.start(plan.target, plan.stage, plan.processes);
    const result = await benchAgainst(plan, {
      folder,
      keepAttempts: args['keep-attempts'] || output?.format === 'arrow',
      seed,
      mostRequests: args['max-requests'],
      threads: args.threads ?? null,
      signal: interruption.signal,
      hitless: versionOf(),
      command,
      onProgress: (progress) => reporter.progress(progress),
    }).catch((error) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
    writeBench(files.result, result);
    writeBenchReports(result, folder);
    if (output !== null) await writeOutput(output, result, keptAttempts(folder));
    if (!args['keep-attempts']) files.removeAttempts();
    reporter.end(result, folder);
    return interruption.exitCode ?? exitCodeOf(result);
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode;
    throw error;
  } finally {
    interruption.end();
  }
}

function exitCodeOf({ effect }: BenchResult): ExitCode {
  return effectExitCode(effect ?? { verdict: 'cannot tell' });
}

function planOf(args: Arguments): { plan: AgainstPlan; seed: number } {
  refuseContradictions(args);
  const candidate = planOfOne(args);
  const baseline = subjectOf(args, args.against);
  const urlOf = ({ target }: Pick<typeof baseline, 'target'>) => target.url ?? '';
  return {
    seed: candidate.scenario.seed,
    plan: {
      subjects: {
        A: { ...candidate.subject, url: urlOf(candidate) },
        B: { ...baseline.subject, url: urlOf(baseline) },
      },
      target: { ...candidate.target, against: urlOf(baseline) },
      stage: candidate.stage,
      tolerance: toleranceOf(args.tolerance),
      decides: args.decide === undefined ? null : decidesOf(args.decide),
      processes: {
        A: processesOf('server-pid', args['server-pid'], urlOf(candidate)),
        B: processesOf('against-pid', args['against-pid'], urlOf(baseline)),
      },
    },
  };
}

/** The one that a bench of its own would have, but longer, and on fewer connections. */
function planOfOne(args: Arguments) {
  const isClosed = args.rate === undefined;
  const plan = benchPlan({
    ...args,
    duration: args.duration ?? defaultDuration,
    connections: args.connections ?? (isClosed ? closedConnections : undefined),
  });
  const [stage] = plan.stages;
  if (stage === undefined) throw new Error('a bench has a stage');
  if (stage.seconds < leastSeconds)
    throw wrong(`--duration: two targets in turn need ${leastSeconds}s at the least, got ${args.duration}`);
  return { ...plan, stage };
}

function decidesOf(text: string): MeasureName[] {
  return text.split(',').map((name) => {
    const known = measureNames.find((each) => each === name.trim());
    if (known !== undefined) return known;
    throw wrong(
      `--decide: expected some of ${measureNames.join(', ')} with commas between them, got ${name}${didYouMean(name, measureNames)}`,
    );
  });
}

/** Who listens on a port of the loopback is here, whoever listens elsewhere may be anywhere. */
function processesOf(option: string, pid: number | undefined, url: string): readonly ServerProcess[] {
  if (pid !== undefined) {
    const processes = Number.isInteger(pid) && pid > 0 ? processTree(pid) : [];
    if (processes.length > 0) return processes;
    throw wrong(`--${option}: there is no process ${pid} here whose CPU time can be read`);
  }
  const { host, port } = placeOf(new URL(url));
  return host === 'localhost' || host === '::1' || host.startsWith('127.') ? serverProcesses(port) : [];
}

function refuseContradictions(args: Arguments): void {
  const refused = (['rates', 'search', 'objective'] as const).find((name) => args[name] !== undefined);
  if (refused !== undefined)
    throw wrong(`--${refused} and --against: two targets are held against each other at one load`);
  if (args.rounds > 1) throw wrong('--rounds and --against: blocks in turn are the rounds; --duration says how long');
  if (args.engine !== 'builtin') throw wrong('--engine and --against: only the builtin engine sends by turns');
  if (args['warm-up'] !== 'auto')
    throw wrong('--warm-up and --against: both targets are warmed up in turn, for a tenth of the time');
}

function wrong(message: string): HitlessError {
  return new HitlessError('HITLESS_USAGE', message, { blame: 'usage' });
}
