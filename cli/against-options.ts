import { toleranceOption } from './tolerance.ts';

/** Of `bench URL --against URL`. */
export const againstOptions = {
  against: {
    type: 'string',
    requiresArg: true,
    describe: 'a second URL, the baseline: both are sent to in turn, and the first is judged by it',
  },
  tolerance: toleranceOption,
  decide: {
    type: 'string',
    requiresArg: true,
    describe:
      'which measures decide, such as rate,cpu or p50,p99; else rate (of a rate: p50 and p99), and CPU time where it is known',
  },
  'server-pid': {
    type: 'number',
    requiresArg: true,
    describe:
      "process of the first URL on this machine, whose CPU time is read; else who listens there, if it is the loopback's",
  },
  'against-pid': { type: 'number', requiresArg: true, describe: 'the same of the second one' },
} as const;

export interface AgainstArguments {
  against: string | undefined;
  tolerance: string;
  decide: string | undefined;
  'server-pid': number | undefined;
  'against-pid': number | undefined;
}
