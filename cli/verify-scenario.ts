import { resolve } from 'node:path';
import type { FieldPath, Source } from '../runner/scenario/problem.ts';
import type { VerifyArguments } from './verify-options.ts';

/** After a rollout whose end was seen there is little left to wait for; where it was not, the usual grace of a replica (30 s). */
const afterSeen = '5s';
const afterUnseen = '30s';
/** Somebody's pipeline takes its time. */
const withinWatched = '30m';
/** An earlier rollout's last replica has ended by then, by the usual grace. */
const calm = '1m';

/** Enough that each is used again before a server's usual idle timeout, and that several replicas are met. */
const keptConnections = 5;

/**
 * The scenario that a `verify` is, as a file would hold it: traffic, then the command (or somebody else's rollout), then
 * traffic. What is wrong with it is told at the flag that said it. `command`: the words behind `--`.
 */
export function verifySource(args: VerifyArguments, command: readonly string[]): Source {
  const flags: [FieldPath, string][] = [
    [['app', 'url'], '--url'],
    [['app', 'service'], '--service'],
    [['identity'], '--identity'],
    [['lanes', 0, 'rate'], '--rate'],
    [['lanes', 0, 'request', 'path'], args.path === undefined ? '--url' : '--path'],
    [['lanes', 0, 'request', 'method'], '--method'],
    [['lanes', 0, 'request', 'headers'], '--header'],
    [['lanes', 0, 'expect', 'status'], '--status'],
    ...stepFlags(args),
    [['rollback', 0], '--timeout'],
    [['rollback', 1], '--after'],
    [['seed'], '--seed'],
  ];
  return {
    value: definition(args, command),
    locate(path) {
      const lane = path[0] === 'lanes' ? ['lanes', 0, ...path.slice(2)] : path;
      const flag = flags.find(([place]) => place.every((part, depth) => part === lane[depth]));
      return { file: flag?.[1] ?? 'hitless verify' };
    },
  };
}

function stepFlags(args: VerifyArguments): [FieldPath, string][] {
  const [hold, rollout, after] = seesCluster(args) ? [1, 2, 3] : [0, 1, 2];
  const verb = args.watch ? 'wait' : 'run';
  return [
    [['steps', hold], '--baseline'],
    [['steps', rollout, verb, 'within'], '--wait-for'],
    [['steps', rollout], '--timeout'],
    [['steps', after], '--after'],
  ];
}

/** Whether the cluster behind the URL is looked at. */
export function seesCluster({ service, workload }: Pick<VerifyArguments, 'service' | 'workload'>): boolean {
  return service !== undefined || workload !== undefined;
}

/** Not a file: a run keeps its scenario in its folder. */
export const verifyFile = resolve('verify.json');

function definition(args: VerifyArguments, command: readonly string[]): object {
  const { url, service, identity, seed, rollback } = args;
  const { origin } = URL.parse(url) ?? { origin: url };
  const after = { hold: args.after ?? (seesCluster(args) ? afterSeen : afterUnseen) };
  const patience = { until: 'rolled-out', timeout: args.timeout };
  const within = args['wait-for'] ?? (args.watch ? withinWatched : undefined);
  const rollout = { ...patience, ...(within !== undefined && { within }) };
  return {
    name: 'verify',
    app: { url: origin === 'null' ? url : origin, ...(service !== undefined && { service }) },
    ...(identity !== undefined && { identity }),
    lanes: [
      { name: 'fresh', connection: 'fresh', ...laneOf(args) },
      { name: 'kept', connection: 'kept', connections: keptConnections, ...laneOf(args) },
    ],
    steps: [
      ...(seesCluster(args) ? [{ wait: { until: 'over', timeout: calm } }] : []),
      { hold: args.baseline },
      args.watch ? { wait: rollout } : { run: { command, ...rollout, goOn: true } },
      after,
    ],
    ...(rollback !== undefined && {
      rollback: [{ run: { command: ['sh', '-c', rollback], ...patience, goOn: true } }, after],
    }),
    // A service that always fails a little is held to that; where nothing failed before, nothing may fail after.
    checks: [{ 'no-new-failures': { clean: 'fail' } }],
    ...(seed !== undefined && { seed }),
  };
}

function laneOf({ rate, status, ...args }: VerifyArguments): object {
  return {
    rate: rate / 2,
    request: requestOf(args),
    ...(status !== undefined && { expect: { status: status.split(',').map(Number) } }),
  };
}

function requestOf({ url, path, method, header = [], data }: Omit<VerifyArguments, 'rate' | 'status'>): object {
  const { pathname, search } = URL.parse(url) ?? { pathname: '/', search: '' };
  return {
    method,
    path: path ?? `${pathname}${search}`,
    ...(header.length > 0 && { headers: Object.fromEntries(header.map(headerOf)) }),
    ...(data !== undefined && { body: data }),
  };
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return colon === -1 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
