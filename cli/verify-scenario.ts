import { resolve } from 'node:path';
import { durationUs } from '../runner/scenario/duration.ts';
import type { FieldPath, Source } from '../runner/scenario/problem.ts';
import { lanesOf } from './verify-lanes.ts';
import type { VerifyArguments } from './verify-options.ts';
import { wayFlags, wayOf } from './way-options.ts';

/** After a rollout whose end was seen there is little left to wait for; where it was not, the usual grace of a replica (30 s). */
const afterSeen = '5s';
const afterUnseen = '30s';
/** Somebody's pipeline takes its time. */
const withinWatched = '30m';
/** An earlier rollout's last replica has ended by then, by the usual grace. */
const calm = '1m';

/**
 * The scenario that a `verify` is, as a file would hold it: traffic, then the command (or somebody else's rollout), then
 * traffic. What is wrong with it is told at the flag that said it. `command`: the words behind `--`.
 */
export function verifySource(args: VerifyArguments, command: readonly string[]): Source {
  const flags: [FieldPath, string][] = [
    [['app', 'url'], '--url'],
    ...wayFlags(args),
    [['app', 'service'], '--service'],
    ...['replica', 'version', 'counter'].map((name): [FieldPath, string] => [['identity', name], `--identity.${name}`]),
    [['identity'], '--identity'],
    [['control'], '--control'],
    [['accessLog'], '--access-log'],
    [['ledger'], '--ledger'],
    [['lanes', 0, 'rate'], '--rate'],
    [['lanes', 0, 'request', 'path'], args.path === undefined ? '--url' : '--path'],
    [['lanes', 0, 'request', 'method'], '--method'],
    [['lanes', 0, 'request', 'headers'], '--header'],
    [['lanes', 0, 'expect', 'status'], '--status'],
    [['lanes', 0, 'resolution'], '--resolution'],
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
  const [hold, rollout, after] = waitsForCalm(args) ? [1, 2, 3] : [0, 1, 2];
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

/** Whoever watches and wants nothing to compare with may have come when the rollout was under way: it is the one that is meant. */
function waitsForCalm(args: VerifyArguments): boolean {
  return seesCluster(args) && !(args.watch && durationUs(args.baseline) === 0);
}

/** A service of which one answer in 500 is bad is one that people put up with. */
const ordinaryPercent = 0.2;

/** Not a file: a run keeps its scenario in its folder. */
export const verifyFile = resolve('verify.json');

/** Its path and query are the lanes' own. What is wrong with it, such as a password in it, stays to be found. */
function placeOf(text: string): string {
  const url = URL.parse(text);
  const isPlain =
    url !== null && url.origin !== 'null' && url.username === '' && url.password === '' && url.hash === '';
  return isPlain ? url.origin : text;
}

function definition(args: VerifyArguments, command: readonly string[]): object {
  const { url, service, identity, control, seed, rollback } = args;
  const after = { hold: args.after ?? (seesCluster(args) ? afterSeen : afterUnseen) };
  const patience = { until: 'rolled-out', timeout: args.timeout };
  const within = args['wait-for'] ?? (args.watch ? withinWatched : undefined);
  const rollout = { ...patience, ...(within !== undefined && { within }) };
  return {
    name: 'verify',
    app: { url: placeOf(url), ...wayOf(args), ...(service !== undefined && { service }) },
    ...(identity !== undefined && { identity }),
    ...(args['access-log'] !== undefined && { accessLog: resolve(args['access-log']) }),
    ...(args.ledger !== undefined && { ledger: resolve(args.ledger) }),
    ...(control !== undefined && { control }),
    lanes: lanesOf(args),
    steps: [
      ...(waitsForCalm(args) ? [{ wait: { until: 'over', timeout: calm } }] : []),
      { hold: args.baseline },
      args.watch ? { wait: rollout } : { run: { command, ...rollout, goOn: true } },
      after,
    ],
    ...(rollback !== undefined && {
      rollback: [{ run: { command: ['sh', '-c', rollback], ...patience, goOn: true } }, after],
    }),
    // A service that always fails a little is held to that; where nothing failed before, nothing may fail after.
    checks: [
      { 'no-new-failures': { clean: 'fail', ordinaryPercent } },
      { 'max-outage': { failedBefore: 'leave', ordinaryPercent } },
    ],
    ...(seed !== undefined && { seed }),
  };
}
