import type { CommandModule } from 'yargs';
import { runsFolder } from '../record/run-folder.ts';
import { trendOptions } from './compare-options.ts';

export interface TrendArguments {
  folder: string;
  tolerance: string;
  format: 'text' | 'json' | 'markdown';
  html: string | undefined;
}

export const trend: CommandModule<object, TrendArguments> = {
  command: 'trend [folder]',
  describe: 'show a folder of kept benches over time',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', default: runsFolder, describe: 'what holds their folders' })
      .options(trendOptions)
      .example('$0 trend --html trend.html', 'rate and percentiles over time, with where they changed'),
  handler: async (args) => {
    const { trendCommand } = await import('./trend-command.ts');
    trendCommand(args);
  },
};
