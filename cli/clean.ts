import type { CommandModule } from 'yargs';
import { cleanDeadRuns } from '../targets/lease.ts';

export const clean: CommandModule = {
  command: 'clean',
  describe: 'remove what runs left that were killed; never what a living one uses',
  handler: async () => {
    const removed = await cleanDeadRuns();
    const lines = removed.map((line) => `${line}\n`);
    process.stdout.write(lines.length > 0 ? lines.join('') : 'nothing was left of dead runs\n');
  },
};
