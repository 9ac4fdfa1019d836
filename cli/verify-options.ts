import { type PolicyArguments, policyOptions } from './policy-options.ts';
import { type RequestArguments, requestOptions } from './request-options.ts';
import { runOptions } from './run.ts';
import { targetOptions } from './target-settings.ts';
import { type WayArguments, wayOptions } from './way-options.ts';

const { out, seed } = runOptions;
const { context, kubeconfig } = targetOptions;
const { method, data, header, status } = requestOptions;

/** What is seen of the cluster behind the URL. */
const place = {
  service: { type: 'string', requiresArg: true, describe: 'the Service that the URL leads to' },
  workload: {
    type: 'string',
    requiresArg: true,
    describe: 'what is rolled out, as KIND/NAME, where no Service says it',
  },
  namespace: {
    alias: 'n',
    type: 'string',
    requiresArg: true,
    describe: "where they are, else the kubeconfig's own namespace",
  },
  context,
  kubeconfig,
} as const;

/** What is sent. */
const traffic = {
  rate: {
    type: 'number',
    requiresArg: true,
    default: 20,
    describe: 'requests a second, half of them on kept connections',
  },
  method,
  data,
  header,
  path: { type: 'string', requiresArg: true, describe: "what is asked for, else the URL's own path and query" },
  status,
  resolution: {
    type: 'string',
    requiresArg: true,
    describe: 'how long this machine may be kept from sending before the run cannot tell, else 5 requests long',
  },
  'access-log': {
    type: 'string',
    requiresArg: true,
    describe:
      "a proxy's access log (nginx, Envoy, HAProxy): which replica each request went to, and what was tried again",
  },
  ledger: {
    type: 'string',
    requiresArg: true,
    describe: "the app's own book: a file to which it appends the x-hitless-id of each request that it handled",
  },
  control: {
    type: 'string',
    requiresArg: true,
    describe: 'a URL behind the same front that nobody deploys: what fails there too is not held against the app',
  },
  identity: {
    describe: '--identity.version header:x-version: where answers say who gave them (replica, version, counter)',
  },
} as const;

/** When what happens. */
const times = {
  baseline: { type: 'string', requiresArg: true, default: '10s', describe: 'traffic before the command' },
  after: {
    type: 'string',
    requiresArg: true,
    describe: 'traffic after the rollout, else 5s; where the cluster is not seen after the command, else 30s',
  },
  timeout: { type: 'string', requiresArg: true, default: '10m', describe: 'for the command and its rollout together' },
  watch: { type: 'boolean', default: false, describe: 'no command: wait for a rollout that somebody else starts' },
  'wait-for': {
    type: 'string',
    requiresArg: true,
    describe: 'how long a rollout may take to begin: after the command, else 10s; with --watch, else 30m',
  },
  rollback: {
    type: 'string',
    requiresArg: true,
    describe: 'a command for the shell, run where the verdict is fail; the way back is verified too',
  },
} as const;

/** What is left of it. */
const telling = {
  out: { ...out, describe: 'folder of the run, else .hitless/<time>-verify' },
  ...policyOptions,
  seed,
  'dry-run': { type: 'boolean', default: false, describe: 'show what it would do, start nothing' },
} as const;

/** All of them; repeated ones are lists. */
export const verifyOptions = {
  url: { type: 'string', requiresArg: true, demandOption: true, describe: 'where requests go' },
  ...place,
  ...traffic,
  ...wayOptions,
  ...times,
  ...telling,
} as const;

export const verifyGroups: Record<string, readonly string[]> = {
  'The cluster behind it:': Object.keys(place),
  'Traffic:': Object.keys(traffic),
  'The way there:': Object.keys(wayOptions),
  'Times:': Object.keys(times),
  'The run:': Object.keys(telling),
};

export interface VerifyArguments extends PolicyArguments, WayArguments, RequestArguments {
  url: string;
  service: string | undefined;
  workload: string | undefined;
  namespace: string | undefined;
  context: string | undefined;
  kubeconfig: string | undefined;
  rate: number;
  path: string | undefined;
  resolution: string | undefined;
  'access-log': string | undefined;
  ledger: string | undefined;
  control: string | undefined;
  identity?: unknown;
  baseline: string;
  after: string | undefined;
  timeout: string;
  watch: boolean;
  'wait-for': string | undefined;
  rollback: string | undefined;
  out: string | undefined;
  seed?: unknown;
  'dry-run': boolean;
}
