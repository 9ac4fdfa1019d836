import type { CommandModule } from 'yargs';
import { type PolicyArguments, policyOptions } from './policy-options.ts';

export interface ReportArguments extends Pick<PolicyArguments, 'reporter' | 'check' | 'config'> {
  folder: string;
  checks: string | undefined;
}

export const reportOptions = {
  checks: { type: 'string', requiresArg: true, describe: 'judge anew, with the checks of this scenario file' },
  reporter: policyOptions.reporter,
  check: policyOptions.check,
  config: policyOptions.config,
} as const;

export const report: CommandModule<object, ReportArguments> = {
  command: 'report <folder>',
  describe: 'make the reports of a kept run again, or judge it anew',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'folder of a run' })
      .options(reportOptions)
      .example('$0 report .hitless/2026-11-24T14-33-05-rolling-update', 'the same verdict, told again')
      .example('$0 report FOLDER --checks stricter.yml', 'another verdict on the same requests')
      .example('$0 report FOLDER --check.latency error', 'with another level of a check'),
  handler: async (args) => {
    const { reportCommand } = await import('./report-command.ts');
    process.exitCode = await reportCommand(args);
  },
};
