import type { CommandModule } from 'yargs';
import { defaultReporters } from '../reports/reporter-names.ts';

export interface ReportArguments {
  folder: string;
  checks: string | undefined;
  reporter: string;
}

export const reportOptions = {
  checks: { type: 'string', requiresArg: true, describe: 'judge anew, with the checks of this scenario file' },
  reporter: {
    type: 'string',
    requiresArg: true,
    default: defaultReporters({}).join(','),
    describe: 'how it is told, one or several with commas between them',
  },
} as const;

export const report: CommandModule<object, ReportArguments> = {
  command: 'report <folder>',
  describe: 'make the reports of a kept run again, or judge it anew',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'folder of a run' })
      .options(reportOptions)
      .example('$0 report .hitless/2026-11-24T14-33-05-rolling-update', 'the same verdict, told again')
      .example('$0 report FOLDER --checks stricter.yml', 'another verdict on the same requests'),
  handler: async (args) => {
    const { reportCommand } = await import('./report-command.ts');
    process.exitCode = await reportCommand(args);
  },
};
