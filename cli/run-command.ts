import { createReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { loadScenario } from '../runner/scenario/load.ts';
import type { Override } from '../runner/scenario/overrides.ts';
import { type ExitCode, exitCodes, worstExitCode } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { manifestReaderFor } from './manifest-reader.ts';
import { overridesOf } from './overrides.ts';
import { planText } from './plan.ts';
import { policyOf } from './policy.ts';
import type { RunArguments } from './run.ts';
import type { RunRequest } from './run-one.ts';
import { findScenario } from './shipped.ts';
import { settingsOf } from './target-settings.ts';
import { targetFor } from './targets.ts';
import { wrongUse } from './wrong-use.ts';

/** Loads every scenario before the first one runs: a typo in the last is told at once. */
export async function runCommand(args: RunArguments): Promise<ExitCode> {
  refuseContradictions(args);
  const { namespace, context, kubeconfig, registry, workload } = args;
  const settings = { namespace, context, kubeconfig, registry, workload };
  const policy = await policyOf(args);
  const request = { target: args.target, settings, out: args.out, policy };
  createReporters(policy.reporters, screenOn(process.stdout));
  const files = args.scenario.map(findScenario);
  const overrides = overridesOf(args);
  const read = manifestReaderFor(args.target);
  const scenarios = [];
  for (const file of files) scenarios.push(await loadScenario(file, overrides, read));
  for (const scenario of scenarios) settingsOf(settings, targetFor(scenario, args.target));
  if (!args['dry-run']) return runAll(files, args.repeat, overrides, request);
  process.stdout.write(scenarios.map((scenario) => planText(scenario, targetFor(scenario, args.target))).join('\n'));
  return exitCodes.pass;
}

/** One after the other, each loaded anew: where a scenario has no seed, each run draws its own. */
async function runAll(
  files: readonly string[],
  repeat: number,
  overrides: readonly Override[],
  request: RunRequest,
): Promise<ExitCode> {
  const { runOne } = await import('./run-one.ts');
  const interruption = new Interruption();
  const codes: ExitCode[] = [];
  try {
    for (const file of files) {
      for (let time = 0; time < repeat && !interruption.signal.aborted; time++)
        codes.push(
          await runOne(() => loadScenario(file, overrides, manifestReaderFor(request.target)), request, interruption),
        );
    }
  } finally {
    interruption.end();
  }
  return interruption.exitCode ?? worstExitCode(codes);
}

function refuseContradictions({ repeat, out, scenario }: RunArguments): void {
  if (!Number.isInteger(repeat) || repeat < 1)
    throw wrongUse(`--repeat: expected a whole number above 0, got ${repeat}`);
  if (out !== undefined && repeat * scenario.length > 1)
    throw wrongUse('--out: one folder holds one run, and these are several');
}
