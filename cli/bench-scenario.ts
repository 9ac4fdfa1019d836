import { existsSync } from 'node:fs';
import { type BenchResult, writeBench } from '../record/bench-result.ts';
import { readFacts } from '../record/facts-file.ts';
import { readResult } from '../record/result-file.ts';
import { runFiles, runFolderOf } from '../record/run-folder.ts';
import { benchSummary } from '../reports/bench/terminal/summary.ts';
import { screenOn } from '../reports/screen.ts';
import { benchEnvironment } from '../runner/bench/machine/environment.ts';
import { type Objective, objectiveOf } from '../runner/bench/objective.ts';
import { benchResult } from '../runner/bench/result.ts';
import { stagesOfRun } from '../runner/bench/steps.ts';
import { loadScenario } from '../runner/scenario/load.ts';
import { type BenchArguments, givenOf, ofUrls } from './bench-options.ts';
import { benchFiles, type Output, prepareOutput, writeOutput } from './bench-output.ts';
import { writeBenchReports } from './bench-reports.ts';
import { type ExitCode, exitCodes, worstExitCode } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { manifestReaderFor } from './manifest-reader.ts';
import { overridesOf } from './overrides.ts';
import { versionOf } from './package-folder.ts';
import { policyOf } from './policy.ts';
import { runOne } from './run-one.ts';
import { findScenario } from './shipped.ts';
import { wrongUse } from './wrong-use.ts';

/** Runs a scenario as `run` does, and shows what each step did to latency. */
export async function benchScenario(args: BenchArguments, output: Output | null, command: string[]): Promise<ExitCode> {
  refuseFlagsOfUrls(args);
  const objectives = (args.objective ?? []).map(objectiveOf);
  const file = findScenario(args.what);
  const read = manifestReaderFor(args.target);
  const overrides = overridesOf(args);
  const { name } = await loadScenario(file, overrides, read);
  const screen = screenOn(output?.file === null ? process.stderr : process.stdout);
  const reporter = output?.file === null ? 'html,json,junit' : undefined;
  const policy = await policyOf({ reporter, 'on-inconclusive': undefined, config: undefined });
  if (output !== null) prepareOutput(output);
  const out = runFolderOf(args.out, name);
  const settings = {
    namespace: undefined,
    context: undefined,
    kubeconfig: undefined,
    registry: undefined,
    workload: undefined,
  };
  const interruption = new Interruption();
  try {
    const ran = await runOne(
      () => loadScenario(file, overrides, read),
      { target: args.target, settings, out, policy },
      interruption,
    );
    const files = runFiles(out);
    if (!existsSync(files.facts) || !existsSync(files.result)) return ran;
    const result = resultOf(out, { objectives, command });
    writeBench(benchFiles(out).result, result);
    writeBenchReports(result, out);
    screen.write(benchSummary(result, out, screen));
    if (output !== null) await writeOutput(output, result, [files.attempts]);
    return interruption.exitCode ?? worstExitCode([ran, exitCodes[result.verdict]]);
  } finally {
    interruption.end();
  }
}

function resultOf(folder: string, told: { objectives: readonly Objective[]; command: string[] }): BenchResult {
  const files = runFiles(folder);
  const facts = readFacts(files);
  const { verdict, reasons, scenario } = readResult(files.result);
  const stages = stagesOfRun(facts, files.attempts);
  return benchResult({
    ...told,
    complete: facts.complete,
    kind: 'scenario',
    target: { scenario: scenario.name, file: scenario.file, kind: facts.target.kind },
    startedAt: new Date(facts.anchor.wallMs + (facts.trafficFromUs - facts.anchor.monotonicUs) / 1000).toISOString(),
    durationMs: Math.max(0, facts.trafficToUs - facts.trafficFromUs) / 1000,
    seed: scenario.seed,
    plan: {
      stages: stages.map(({ name, load, rounds }) => {
        const { fromMs, toMs } = rounds[0] ?? { fromMs: 0, toMs: 0 };
        return { name, load, seconds: (toMs - fromMs) / 1000 };
      }),
      rounds: 1,
      warmUp: 0,
      objectives: told.objectives.map(({ asked }) => asked),
    },
    stages,
    noiseBefore: null,
    environment: { ...benchEnvironment(versionOf()), ...facts.environment },
    lane: null,
    run: { verdict, reasons },
  });
}

function refuseFlagsOfUrls(args: BenchArguments): void {
  const given = givenOf(args, ofUrls);
  if (given === undefined) return;
  throw wrongUse(
    `--${given}: it is for a URL; a scenario says itself what is sent and when`,
    'A URL begins with http:// or https://.',
  );
}
