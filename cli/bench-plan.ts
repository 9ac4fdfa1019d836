import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { BenchResult } from '../record/bench-result.ts';
import type { BenchPlan } from '../runner/bench/bench.ts';
import { objectiveOf } from '../runner/bench/objective.ts';
import { closedStage, openStage, type StagePlan, type Subject } from '../runner/bench/stage.ts';
import { durationUs } from '../runner/scenario/duration.ts';
import { scenarioFrom } from '../runner/scenario/load.ts';
import type { FieldPath, Source } from '../runner/scenario/problem.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import { placeOf } from '../targets/address.ts';
import { addressesFor } from '../targets/resolve.ts';
import { type BenchArguments, givenOf, ofAnother } from './bench-options.ts';
import { refuseUnusable } from './usable-url.ts';
import { expectOf, requestOf } from './verify-lanes.ts';
import { wayFlags, wayOf } from './way-options.ts';
import { wrongUse } from './wrong-use.ts';

const defaultDuration = '10s';
/** Ten are enough to keep most servers busy; a rate needs as many as are answered at the same time. */
const closedConnections = 10;
const openConnections = 50;
/** Where a search begins. */
const firstRate = 100;
/** A rate that holds and one that does not are told apart no finer than that. */
const precision = 0.05;
const confirmations = 2;
const mostRate = 1_000_000;
const mostConnections = 10_000;
const mostRounds = 1_000;
const longest = { seconds: 3600, text: '1 h' };

/** A URL as one that is measured: every field that a flag sets is judged as a scenario's is, and told at the flag. */
export function subjectOf(
  args: BenchArguments,
  url = args.what,
): { subject: Subject; target: BenchResult['target']; scenario: Scenario } {
  refuseUnusable(url, url === args.what ? 'URL' : '--against');
  const scenario = scenarioFrom(sourceOf(args, url), resolve('bench.json'));
  const { app } = scenario;
  const [lane] = scenario.lanes;
  if (lane === undefined || app.url === undefined) throw new Error('a bench has a URL and a lane');
  const addresses = addressesFor(app.resolve ?? [], placeOf(new URL(app.url)));
  const route = {
    kind: 'address',
    url: app.url,
    ...(app.tls && { tls: app.tls }),
    ...(addresses && { addresses }),
  } as const;
  const { method, path } = lane.request;
  return { subject: { route, lane }, target: { url: new URL(path, app.url).href, method }, scenario };
}

/** Throws HITLESS_USAGE, HITLESS_OBJECTIVE, or what a scenario throws that is not valid. */
export function benchPlan(args: BenchArguments): BenchPlan & { scenario: Scenario } {
  refuseContradictions(args);
  const { rounds } = args;
  const seconds = secondsOf('duration', args.duration ?? defaultDuration);
  const warmUp = args['warm-up'] === 'auto' ? 'auto' : secondsOf('warm-up', args['warm-up'], true) * 1000;
  if (warmUp !== 'auto' && warmUp >= seconds * 1000)
    throw wrongUse('--warm-up: it leaves nothing of a stage, which is as long as --duration');
  const objective = args.search === undefined ? null : objectiveOf(args.search);
  if (objective !== null && objective.kind === 'rate')
    throw wrongUse('--search: it looks for a rate, so the objective is one of latency or of failures');
  return {
    ...subjectOf(args),
    stages: stagesOf(args, seconds),
    rounds,
    warmUp,
    objectives: (args.objective ?? []).map(objectiveOf),
    search:
      objective === null
        ? null
        : {
            objective,
            from: Math.min(args.rate ?? firstRate, args['max-rate']),
            most: args['max-rate'],
            precision,
            confirmations,
          },
  };
}

function stagesOf(args: BenchArguments, seconds: number): StagePlan[] {
  const arrivals = args.poisson ? ('poisson' as const) : ('constant' as const);
  const rates = args.rates?.split(',').map(Number) ?? (args.rate === undefined ? [] : [args.rate]);
  if (rates.length === 0 && args.search !== undefined) rates.push(firstRate);
  if (rates.length === 0) return [closedStage(args.connections ?? closedConnections, seconds)];
  const connections = args.connections ?? openConnections;
  return rates.map((rate) => openStage({ rate, arrivals, connections }, seconds));
}

/** The path of the URL is the lane's own. */
function sourceOf(args: BenchArguments, text: string): Source {
  const url = URL.parse(text);
  const flags: [FieldPath, string][] = [
    [['app', 'url'], text === args.what ? 'URL' : '--against'],
    ...wayFlags(args),
    [['lanes', 0, 'engine'], '--engine'],
    [['lanes', 0, 'request', 'path'], 'URL'],
    [['lanes', 0, 'request', 'method'], '--method'],
    [['lanes', 0, 'request', 'headers'], '--header'],
    [['lanes', 0, 'expect', 'status'], '--status'],
    [['lanes', 0, 'limits'], '--timeout'],
    [['seed'], '--seed'],
  ];
  const { timeout, seed, status, engine } = args;
  return {
    value: {
      name: 'bench',
      app: { url: url?.origin ?? text, ...wayOf(args) },
      lanes: [
        {
          name: 'bench',
          ...(engine !== 'builtin' && { engine }),
          connection: 'kept',
          // Each stage has its own.
          rate: 1,
          request: requestOf({ ...args, url: text, path: undefined }),
          ...(status !== undefined && { expect: expectOf(status) }),
          // autocannon has one limit for the whole answer.
          limits: { headers: timeout, ...(engine !== 'autocannon' && { body: timeout }) },
        },
      ],
      steps: [{ hold: '1s' }],
      ...(seed !== undefined && { seed }),
    },
    locate(path) {
      const flag = flags.find(([place]) => place.every((part, depth) => part === path[depth]));
      return { file: flag?.[1] ?? 'hitless bench' };
    },
  };
}

function refuseContradictions(args: BenchArguments): void {
  const { connections, rate, rates, rounds, search, target, threads } = args;
  if (target !== undefined) throw wrongUse('--target: it says where a scenario is deployed, and this is a URL');
  const alone = args.against === undefined ? givenOf(args, ofAnother) : undefined;
  if (alone !== undefined) throw wrongUse(`--${alone}: it is for two URLs; --against says the second`);
  if (search === undefined && givenOf(args, ['max-rate']) !== undefined)
    throw wrongUse('--max-rate: only a search chooses rates; --search says what it looks for');
  if (rate !== undefined && rates !== undefined) throw wrongUse('--rate and --rates: say one of them');
  if (search !== undefined && rates !== undefined)
    throw wrongUse('--rates and --search: a search chooses its rates itself; --rate says where it begins');
  if (search !== undefined && rounds > 1)
    throw wrongUse('--rounds and --search: a search repeats by itself what it has found');
  if (search !== undefined && args.objective !== undefined)
    throw wrongUse('--objective and --search: the search has its objective, and decides by it');
  if (args.poisson && rate === undefined && rates === undefined && search === undefined)
    throw wrongUse('--poisson: a closed loop has no plan; say --rate too');
  const several = rates?.split(',') ?? [];
  if (rate !== undefined) refuseNoRate('rate', String(rate));
  refuseNoRate('max-rate', String(args['max-rate']));
  for (const each of several) refuseNoRate('rates', each);
  if (new Set(several.map(Number)).size < several.length)
    throw wrongUse('--rates: one is there twice; --rounds repeats them');
  whole('connections', connections, mostConnections);
  whole('rounds', rounds, mostRounds);
  whole('threads', threads, availableParallelism() * 4);
  whole('max-requests', args['max-requests'], 1e9);
}

function refuseNoRate(name: string, text: string): void {
  if (Number(text) > 0 && Number(text) <= mostRate) return;
  throw wrongUse(
    `--${name}: expected a number above 0, and ${mostRate} at most, got ${text === '' ? 'nothing' : text}`,
  );
}

function whole(name: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
  throw wrongUse(`--${name}: expected a whole number from 1 to ${most}, got ${value}`);
}

/** Of a duration that a flag says. Throws HITLESS_USAGE. */
export function secondsOf(name: string, text: string, mayBeNone = false): number {
  const fits = /^(\d{1,6}(\.\d+)?)(ms|s|m)$/.test(text) || (mayBeNone && text === '0');
  const seconds = fits ? durationUs(text) / 1e6 : Number.NaN;
  if (seconds <= longest.seconds && (seconds > 0 || mayBeNone)) return seconds;
  throw wrongUse(`--${name}: expected a duration such as 500ms, 10s or 2m (${longest.text} at most), got ${text}`);
}
