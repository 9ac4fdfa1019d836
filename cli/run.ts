import type { CommandModule } from 'yargs';
import { HitlessError } from '../record/error.ts';
import { createReporters } from '../reports/reporters.ts';
import { screenOn } from '../reports/screen.ts';
import { loadScenario } from '../runner/scenario/load.ts';
import type { Override } from '../runner/scenario/overrides.ts';
import { type ExitCode, exitCodes, worstExitCode } from './exit-code.ts';
import { Interruption } from './interruption.ts';
import { overridesOf } from './overrides.ts';
import { planText } from './plan.ts';
import { type PolicyArguments, policyOf, policyOptions } from './policy.ts';
import { type RunRequest, runOne } from './run-one.ts';
import { findScenario } from './shipped.ts';
import { settingsOf, targetOptions } from './target-settings.ts';
import { manifestReaderFor, targetFor, targetNames } from './targets.ts';

interface Arguments extends PolicyArguments {
  scenario: string[];
  target: string | undefined;
  namespace: string | undefined;
  context: string | undefined;
  kubeconfig: string | undefined;
  registry: string | undefined;
  workload: string | undefined;
  out: string | undefined;
  seed?: unknown;
  lane?: unknown;
  repeat: number;
  'dry-run': boolean;
}

export const runOptions = {
  target: {
    type: 'string',
    choices: targetNames,
    requiresArg: true,
    describe: 'where to deploy, else local; url where the scenario has app.url',
  },
  ...targetOptions,
  out: { type: 'string', requiresArg: true, describe: 'folder of the run, else .hitless/<time>-<scenario>' },
  ...policyOptions,
  seed: { requiresArg: true, describe: 'a number that fixes all that is random' },
  lane: { describe: '--lane.NAME.FIELD VALUE sets a field of a lane' },
  repeat: { type: 'number', requiresArg: true, default: 1, describe: 'run each so many times' },
  'dry-run': { type: 'boolean', default: false, describe: 'validate all and show the plan, start nothing' },
} as const;

export const run: CommandModule<object, Arguments> = {
  command: 'run <scenario..>',
  describe: 'run scenarios and judge them',
  builder: (yargs) =>
    yargs
      .positional('scenario', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'files, or names that ship',
      })
      .options(runOptions)
      .example('$0 run rolling-update', 'a scenario that ships')
      .example('$0 run mine.yml --lane.visitors.rate 500', 'one of yours, with more traffic')
      .example('$0 run mine.yml --dry-run', 'what it would do'),
  handler: async (args) => {
    process.exitCode = await runCommand(args);
  },
};

/** Loads every scenario before the first one runs: a typo in the last is told at once. */
async function runCommand(args: Arguments): Promise<ExitCode> {
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

function refuseContradictions({ repeat, out, scenario }: Arguments): void {
  const wrong = (message: string) => new HitlessError('HITLESS_USAGE', message, { blame: 'usage' });
  if (!Number.isInteger(repeat) || repeat < 1) throw wrong(`--repeat: expected a whole number above 0, got ${repeat}`);
  if (out !== undefined && repeat * scenario.length > 1)
    throw wrong('--out: one folder holds one run, and these are several');
}
