import { defaultReporters } from '../reports/reporter-names.ts';
import { onInconclusiveWords } from './on-inconclusive.ts';

/** Options with which somebody says what counts, and how it is told; each wins over the config. */
export const policyOptions = {
  reporter: {
    type: 'string',
    requiresArg: true,
    describe: `how it is told, one or several with commas between them, else ${defaultReporters({}).join(',')}`,
  },
  'on-inconclusive': {
    type: 'string',
    requiresArg: true,
    describe: `what a run counts as that could not tell: ${onInconclusiveWords}`,
  },
  check: { describe: '--check.NAME off|warn|error: what a check may do to the verdict' },
  config: {
    type: 'string',
    requiresArg: true,
    describe: 'a config, else hitless.config.yml or .ts, here or above; --no-config: none',
  },
} as const;

export interface PolicyArguments {
  reporter: string | undefined;
  'on-inconclusive': string | undefined;
  check?: unknown;
  /** false: --no-config */
  config: string | false | undefined;
}
