import type { CommandModule } from 'yargs';
import { type VerifyArguments, verifyGroups, verifyOptions } from './verify-options.ts';

/** `deploy`: the words behind `--`, which are not ours to read. */
export function verify(deploy: readonly string[]): CommandModule<object, VerifyArguments> {
  return {
    command: 'verify',
    describe: 'send traffic while any deploy command runs, and judge what it lost',
    builder: (yargs) => {
      for (const [title, names] of Object.entries(verifyGroups)) yargs.group([...names], title);
      return yargs
        .usage('$0 verify --url URL [options] -- COMMAND...')
        .options(verifyOptions)
        .example('$0 verify --url http://shop.example.com -- ./deploy.sh', 'traffic alone judges')
        .example(
          '$0 verify --url http://shop.example.com --service shop -n shop -- helm upgrade shop ./chart',
          'the rollout is seen to its end',
        );
    },
    handler: async (args) => {
      const { verifyCommand } = await import('./verify-command.ts');
      process.exitCode = await verifyCommand(args, deploy);
    },
  };
}
