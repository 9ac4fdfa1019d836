import type { CommandModule } from 'yargs';
import { compareOptions } from './compare-options.ts';

export interface CompareArguments {
  before: string;
  after: string;
  tolerance: string;
  format: 'text' | 'json' | 'markdown';
}

export const compare: CommandModule<object, CompareArguments> = {
  command: 'compare <before> <after>',
  describe: 'hold a kept bench or run against an earlier one',
  builder: (yargs) =>
    yargs
      .positional('before', { type: 'string', demandOption: true, describe: 'folder of the earlier one, the baseline' })
      .positional('after', { type: 'string', demandOption: true, describe: 'folder of the one that is judged' })
      .options(compareOptions)
      .example('$0 compare .hitless/monday .hitless/tuesday', 'is it slower than it was?')
      .example('$0 compare BEFORE AFTER --tolerance 5%', 'exit code 1 where it is worse by more than 5 %'),
  handler: async (args) => {
    const { compareCommand } = await import('./compare-command.ts');
    process.exitCode = compareCommand(args);
  },
};
