import type { CommandModule } from 'yargs';

export const list: CommandModule = {
  command: 'list',
  describe: 'list scenarios, checks and targets',
  handler: async () => {
    const { listText } = await import('./list-command.ts');
    process.stdout.write(await listText());
  },
};
