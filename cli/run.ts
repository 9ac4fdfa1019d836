import type { CommandModule } from 'yargs';
import { type PolicyArguments, policyOptions } from './policy-options.ts';
import { targetOptions } from './target-settings.ts';
import { targetNames } from './targets.ts';

export interface RunArguments extends PolicyArguments {
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

export const run: CommandModule<object, RunArguments> = {
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
    const { runCommand } = await import('./run-command.ts');
    process.exitCode = await runCommand(args);
  },
};
