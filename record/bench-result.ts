import { type Static, Type } from 'typebox';
import { outcomes, phases } from './attempt.ts';
import { EffectSchema } from './effect.ts';
import { assertSchema, readJson, writeJson } from './json-file.ts';
import { Count, literals, Ms, nullable } from './result-values.ts';

const MsFromStart = Type.Number({ description: 'milliseconds from the start of the bench' });
const Share = Type.Number({ minimum: 0, maximum: 1 });

/** What is measured side by side: with one target there is only A. */
const Subject = literals(['A', 'B'] as const);

/** closed: the next request goes when the last answer is in. open: when the plan says so. scenario: what its lanes sent. */
const Load = Type.Union([
  Type.Object({ model: Type.Literal('closed'), connections: Type.Integer({ minimum: 1 }) }),
  Type.Object({
    model: Type.Literal('open'),
    rate: Type.Number({ exclusiveMinimum: 0, description: 'requests a second' }),
    arrivals: literals(['constant', 'poisson'] as const),
    connections: Type.Integer({ minimum: 1 }),
  }),
  Type.Object({
    model: Type.Literal('scenario'),
    /** One step, or all steps before, while and after the deployment changes. */
    part: literals(['step', 'before', 'change', 'after'] as const),
    lanes: Type.Array(Type.String()),
  }),
]);

/** null: too few answers for this percentile (fewer than 1 / (1 - p)), or none. */
const percentile = nullable(Ms);
const Latency = Type.Object({
  min: nullable(Ms),
  mean: nullable(Ms),
  p50: percentile,
  p75: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
  p9999: percentile,
  max: nullable(Ms),
});
const Spread = Type.Object({ p50: nullable(Ms), p99: nullable(Ms), max: nullable(Ms) });

/** What became of requests; sent = ok + failed + unanswered. All of a round, its warm-up too: no failure is left out. */
const counts = { planned: Count, sent: Count, unsent: Count, ok: Count, failed: Count, unanswered: Count };
const Failure = Type.Object({
  outcome: literals(outcomes),
  phase: nullable(literals(phases)),
  /** Of the first one of its kind: the error's code, or the status. */
  detail: nullable(Type.String()),
  count: Count,
});

/** How busy the machine and the generator were; null where the system does not say. */
const Machine = Type.Object({
  /** Shares of the time of all cores. */
  idle: nullable(Share),
  /** Taken by the host of a virtual machine. */
  steal: nullable(Share),
  /** Of the busiest traffic thread: it ran, or waited for a core. */
  threadBusy: nullable(Share),
  threadWaited: nullable(Share),
  threads: Count,
});

const Round = Type.Object({
  round: Type.Integer({ minimum: 1 }),
  /** From the first request that was planned to the end of the plan. */
  fromMs: MsFromStart,
  toMs: MsFromStart,
  /** Left out of rate and latency, from `fromMs` on. */
  warmUpMs: Ms,
  /** A steady state was found behind it. */
  warmUpFound: Type.Boolean(),
  ...counts,
  failures: Type.Array(Failure),
  /** Good answers behind the warm-up: those that latency tells of. */
  measured: Count,
  /** Good answers a second behind the warm-up, by when they ended. */
  ratePerS: Type.Number({ minimum: 0 }),
  /** Of good answers: open loop from the moment that the plan wanted it, closed loop from when it could go. */
  latencyMs: Latency,
  /** From then to when the generator got to it: its own fault. Of a closed loop: from an answer to the next request of the connection. */
  lateMs: Spread,
  /** From then to when it went: no connection was free, the server's doing. */
  waitMs: Spread,
  /** Of the answers, head and body. */
  bytes: Count,
  /** HdrHistogram, V2, compressed, base64; microseconds, 3 significant digits, what `measured` counts. */
  histogram: Type.String(),
  limitedBy: literals(['plan', 'server', 'generator', 'unknown'] as const),
  /** The generator was the limit, spoiled what was measured, or may have: nothing is said about the server. */
  generatorLimited: Type.Boolean(),
  /** One sentence on what limited the rate. */
  why: Type.String(),
  machine: Machine,
  /** CPU time of the server's process in the round, where it was told which one it is. */
  serverCpuMs: Type.Optional(Ms),
});

/** Mean over rounds with its 95 % interval; null with one round. */
const Estimate = Type.Object({
  mean: Type.Number(),
  low: nullable(Type.Number()),
  high: nullable(Type.Number()),
});

const Stage = Type.Object({
  /** Unique together with `subject`. */
  name: Type.String(),
  load: Load,
  subject: Type.Optional(Subject),
  rounds: Type.Array(Round),
  summary: Type.Object({
    ...counts,
    failures: Type.Array(Failure),
    measured: Count,
    ratePerS: nullable(Estimate),
    /** By the names of a round's latencyMs; absent where a round has none. */
    latencyMs: Type.Record(Type.String(), Estimate),
    /** Over all good answers of all rounds. */
    allLatencyMs: Latency,
    lateMs: Spread,
    histogram: Type.String(),
    generatorLimited: Type.Boolean(),
  }),
});

const Objective = Type.Object({
  /** As it was asked for, such as `p99<50ms`. */
  asked: Type.String(),
  stage: Type.String(),
  verdict: literals(['held', 'broken', 'cannot tell'] as const),
  message: Type.String(),
});

const Search = Type.Object({
  objective: Type.String(),
  /** Requests a second; null where no rate held it. */
  highestRate: nullable(Type.Number()),
  /** The lowest rate that broke it; null: none was seen to. */
  lowestBroken: nullable(Type.Number()),
  /** What ended the search. */
  limitedBy: literals(['server', 'generator', 'limit'] as const),
  message: Type.String(),
  tried: Type.Array(
    Type.Object({
      stage: Type.String(),
      rate: Type.Number(),
      seconds: Type.Number(),
      result: literals(['held', 'broken', 'cannot tell'] as const),
      message: Type.String(),
    }),
  ),
});

const NoiseBefore = Type.Object({
  ms: Ms,
  /** Of a thread that only reads the clock: how long it was kept from running at a time, gaps above 0.1 ms. */
  gapMs: Spread,
  /** Share of the time that it was kept from running. */
  lost: Share,
  /** How much later than asked for a sleep of 1 ms ended. */
  sleepLateMs: Spread,
});

/** What was measured of how fast something is, `hitless/bench@1`. Within a schema version fields are added, never renamed or removed. */
export const BenchSchema = Type.Object(
  {
    schema: Type.Literal('hitless/bench@1'),
    complete: Type.Boolean(),
    verdict: literals(['pass', 'fail', 'inconclusive', 'error'] as const),
    /** The reasons behind the verdict, worst first, one sentence each. */
    reasons: Type.Array(Type.String()),
    /** What a reader of the figures has to know, a sentence each. */
    notes: Type.Array(Type.String()),
    kind: literals(['url', 'scenario'] as const),
    target: Type.Object({
      url: Type.Optional(Type.String()),
      method: Type.Optional(Type.String()),
      /** Of a scenario: its name, its file, and where it was deployed. */
      scenario: Type.Optional(Type.String()),
      file: Type.Optional(Type.String()),
      kind: Type.Optional(Type.String()),
      /** B, where two are measured side by side; `url` is A. */
      against: Type.Optional(Type.String()),
    }),
    startedAt: Type.String({ description: 'ISO 8601, UTC' }),
    durationMs: Ms,
    seed: Type.Integer(),
    /** The words of the command line, without values of headers and bodies. */
    command: Type.Array(Type.String()),
    engine: Type.String(),
    plan: Type.Object({
      stages: Type.Array(Type.Object({ name: Type.String(), load: Load, seconds: Type.Number() })),
      rounds: Type.Integer({ minimum: 1 }),
      /** `auto`, or so many milliseconds. */
      warmUp: Type.Union([Type.Literal('auto'), Ms]),
      objectives: Type.Array(Type.String()),
      /** Of a comparison: a change up to this share is none. */
      tolerance: Type.Optional(Type.Number({ minimum: 0 })),
    }),
    stages: Type.Array(Stage),
    objectives: Type.Array(Objective),
    search: Type.Optional(Search),
    /** A, the candidate, against B, the baseline. */
    effect: Type.Optional(EffectSchema),
    noise: Type.Object({ before: nullable(NoiseBefore), idle: nullable(Share), steal: nullable(Share) }),
    environment: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  },
  { $id: 'hitless/bench@1', title: 'What hitless bench measured' },
);

export type BenchResult = Static<typeof BenchSchema>;
export type BenchStage = BenchResult['stages'][number];
export type BenchRound = BenchStage['rounds'][number];
export type BenchLoad = BenchStage['load'];
export type BenchLatency = BenchRound['latencyMs'];
export type BenchSpread = BenchRound['lateMs'];
export type BenchEstimate = NonNullable<BenchStage['summary']['ratePerS']>;

/** The percentiles that are told, by their names in `latencyMs`, as shares of the answers. */
export const benchPercentiles = {
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
  p9999: 0.9999,
} as const;

/** Validates, then writes whole or not at all. Throws HITLESS_RECORD_CORRUPT, HITLESS_RECORD_WRITE. */
export function writeBench(path: string, result: BenchResult): void {
  assertBench(result, path);
  writeJson(path, result);
}

/** Throws HITLESS_RECORD_READ, and HITLESS_RECORD_CORRUPT where it is no bench of this schema version. */
export function readBench(path: string): BenchResult {
  const value = readJson(path);
  assertBench(value, path);
  return value;
}

/** Throws HITLESS_RECORD_CORRUPT, which says where the value is no `hitless/bench@1`. */
export function assertBench(value: unknown, path?: string): asserts value is BenchResult {
  assertSchema<BenchResult>(BenchSchema, value, 'hitless/bench@1', path);
}

/** The JSON Schema (draft 7) of bench.json that ships. */
export function benchJsonSchema(): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...structuredClone(BenchSchema) };
}
