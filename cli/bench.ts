import type { CommandModule } from 'yargs';
import { type BenchArguments, benchGroups, benchOptions } from './bench-options.ts';

/** `words`: the command line as typed. */
export function bench(words: readonly string[]): CommandModule<object, BenchArguments> {
  return {
    command: 'bench <what>',
    describe: 'measure how fast a URL is, or what a scenario does to latency',
    builder: (yargs) => {
      for (const [title, names] of Object.entries(benchGroups)) yargs.group([...names], title);
      return yargs
        .usage('$0 bench URL|SCENARIO [options]')
        .positional('what', {
          type: 'string',
          demandOption: true,
          describe: 'a URL, or a scenario (file, or name that ships)',
        })
        .options(benchOptions)
        .example('$0 bench http://localhost:8080/', 'as fast as it answers on 10 connections')
        .example('$0 bench http://localhost:8080/ --rate 500', '500 requests a second, whatever it does')
        .example("$0 bench http://localhost:8080/ --search 'p99<50ms'", 'the highest rate that holds it')
        .example('$0 bench http://localhost:8081/ --against http://localhost:8080/', 'is the first one slower?')
        .example('$0 bench rolling-update', 'what the rollout does to the percentiles');
    },
    handler: async (args) => {
      const { benchCommand } = await import('./bench-command.ts');
      process.exitCode = await benchCommand(args, words);
    },
  };
}
