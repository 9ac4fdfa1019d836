import type { MeasureName } from '../record/effect.ts';
import { measureNames } from '../record/effect-names.ts';
import { didYouMean } from '../record/nearest.ts';
import { againstReporter } from '../reports/bench/effect/reporter.ts';
import { screenOn } from '../reports/screen.ts';
import { type AgainstPlan, benchAgainst } from '../runner/bench/effect/against.ts';
import { processTree, type ServerProcess, serverProcesses } from '../runner/bench/effect/server-cpu.ts';
import { isLoopback, placeOf } from '../targets/address.ts';
import type { BenchArguments } from './bench-options.ts';
import type { Output } from './bench-output.ts';
import { benchPlan, subjectOf } from './bench-plan.ts';
import { runBench } from './bench-run.ts';
import { effectExitCode } from './compare-command.ts';
import type { ExitCode } from './exit-code.ts';
import { toleranceOf } from './tolerance.ts';
import { wrongUse } from './wrong-use.ts';

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
  return runBench(args, {
    subjects: (['A', 'B'] as const).map((name) => ({ subject: plan.subjects[name], url: plan.subjects[name].url })),
    seed,
    command,
    output,
    notice: (line) => reporter.notice(line),
    measure: (options) => {
      reporter.start(plan.target, plan.stage, plan.processes);
      return benchAgainst(plan, { ...options, onProgress: (progress) => reporter.progress(progress) });
    },
    end: (result, folder) => reporter.end(result, folder),
    exitCode: ({ effect }) => effectExitCode(effect ?? { verdict: 'cannot tell' }),
  });
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
    throw wrongUse(`--duration: two targets in turn need ${leastSeconds}s at the least, got ${args.duration}`);
  return { ...plan, stage };
}

function decidesOf(text: string): MeasureName[] {
  return text.split(',').map((name) => {
    const known = measureNames.find((each) => each === name.trim());
    if (known !== undefined) return known;
    throw wrongUse(
      `--decide: expected some of ${measureNames.join(', ')} with commas between them, got ${name}${didYouMean(name, measureNames)}`,
    );
  });
}

/** Who listens on a port of the loopback is here, whoever listens elsewhere may be anywhere. */
function processesOf(option: string, pid: number | undefined, url: string): readonly ServerProcess[] {
  if (pid !== undefined) {
    const processes = Number.isInteger(pid) && pid > 0 ? processTree(pid) : [];
    if (processes.length > 0) return processes;
    throw wrongUse(`--${option}: there is no process ${pid} here whose CPU time can be read`);
  }
  const { host, port } = placeOf(new URL(url));
  return isLoopback(host) ? serverProcesses(port) : [];
}

function refuseContradictions(args: Arguments): void {
  const refused = (['rates', 'search', 'objective'] as const).find((name) => args[name] !== undefined);
  if (refused !== undefined)
    throw wrongUse(`--${refused} and --against: two targets are held against each other at one load`);
  if (args.rounds > 1)
    throw wrongUse('--rounds and --against: blocks in turn are the rounds; --duration says how long');
  if (args.engine !== 'builtin') throw wrongUse('--engine and --against: only the builtin engine sends by turns');
  if (args['warm-up'] !== 'auto')
    throw wrongUse('--warm-up and --against: both targets are warmed up in turn, for a tenth of the time');
}
