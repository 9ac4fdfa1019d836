import { type AgainstArguments, againstOptions } from './against-options.ts';
import { type RequestArguments, requestOptions } from './request-options.ts';
import { runOptions } from './run.ts';
import { type WayArguments, wayOptions } from './way-options.ts';

/** How hard. */
const load = {
  connections: {
    alias: 'c',
    type: 'number',
    requiresArg: true,
    describe: 'how many, else 10; with a rate 50; with --against 4',
  },
  duration: {
    alias: 'd',
    type: 'string',
    requiresArg: true,
    describe: 'of each stage in each round, else 10s; with --against of everything, else 60s',
  },
  rate: {
    type: 'number',
    requiresArg: true,
    describe: 'open loop: so many requests a second, whatever the server does; with --search, where it begins',
  },
  rates: { type: 'string', requiresArg: true, describe: 'the same in steps, such as 100,500,1000' },
  poisson: { type: 'boolean', default: false, describe: 'requests of an open loop come by chance, as visitors do' },
  search: {
    type: 'string',
    requiresArg: true,
    describe: "look for the highest rate that holds an objective, such as 'p99<50ms'",
  },
  'max-rate': { type: 'number', requiresArg: true, default: 50_000, describe: 'the search goes no higher' },
  rounds: { type: 'number', requiresArg: true, default: 1, describe: 'repeat all stages, for confidence intervals' },
  'warm-up': {
    type: 'string',
    requiresArg: true,
    default: 'auto',
    describe: 'what is left out of each stage: found in it, or so long',
  },
  'max-requests': {
    type: 'number',
    requiresArg: true,
    default: 20_000_000,
    describe: 'a stage ends when it has planned so many',
  },
  threads: { type: 'number', requiresArg: true, describe: 'of the generator, else as many as the load needs' },
  engine: { type: 'string', requiresArg: true, default: 'builtin', describe: 'who sends' },
} as const;

/** What is sent, and what a good answer is. */
const request = {
  ...requestOptions,
  timeout: { type: 'string', requiresArg: true, default: '10s', describe: 'how long an answer may take' },
} as const;

/** What is made of it. */
const telling = {
  objective: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: "a limit that decides: 'p99<50ms', 'max<1s', 'failed=0', 'failed<1%', 'rate>1000'",
  },
  output: {
    type: 'string',
    requiresArg: true,
    describe: 'json, csv, hdr or arrow to the standard output, or to a file: --output csv=bench.csv',
  },
  out: { ...runOptions.out, describe: 'folder of the bench, else .hitless/<time>-bench' },
  'keep-attempts': { type: 'boolean', default: false, describe: 'keep the record of every request in it' },
  seed: runOptions.seed,
} as const;

export const benchOptions = {
  ...load,
  ...request,
  ...wayOptions,
  ...telling,
  ...againstOptions,
  target: runOptions.target,
} as const;

export const benchGroups: Record<string, readonly string[]> = {
  'The load:': Object.keys(load),
  'The requests:': Object.keys(request),
  'The way there:': Object.keys(wayOptions),
  'What is told:': Object.keys(telling),
  'Against another:': Object.keys(againstOptions),
  'Of a scenario:': ['target'],
};

/** What a scenario says itself, or what makes no sense of one. */
export const ofUrls = Object.keys({ ...load, ...request, ...wayOptions, ...againstOptions });
/** What makes no sense of one URL alone. */
export const ofAnother = Object.keys(againstOptions).filter((name) => name !== 'against');

/** The first of those options that says anything else than what holds without it. */
export function givenOf(args: BenchArguments, names: readonly string[]): string | undefined {
  return names.find((name) => {
    const option = benchOptions[name as keyof typeof benchOptions];
    const value = args[name as keyof BenchArguments];
    return value !== undefined && !('default' in option && value === option.default);
  });
}

export interface BenchArguments extends WayArguments, RequestArguments, AgainstArguments {
  what: string;
  connections: number | undefined;
  duration: string | undefined;
  rate: number | undefined;
  rates: string | undefined;
  poisson: boolean;
  search: string | undefined;
  'max-rate': number;
  rounds: number;
  'warm-up': string;
  'max-requests': number;
  threads: number | undefined;
  engine: string;
  timeout: string;
  objective: string[] | undefined;
  output: string | undefined;
  out: string | undefined;
  'keep-attempts': boolean;
  seed?: unknown;
  target: string | undefined;
}
