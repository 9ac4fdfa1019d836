import { type Static, Type } from 'typebox';
import { outcomes, phases } from './attempt.ts';

const literals = <const T extends string[]>(values: readonly [...T]) => Type.Enum([...values] as [...T]);
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const runVerdicts = ['pass', 'fail', 'inconclusive', 'error'] as const;
export type Verdict = (typeof runVerdicts)[number];

/** Of a check: a run's verdicts, and two that leave the run's alone. */
const checkVerdicts = [...runVerdicts, 'warn', 'not-applicable'] as const;
export type CheckVerdict = (typeof checkVerdicts)[number];

const VerdictSchema = literals(runVerdicts);
const Ms = Type.Number({ description: 'milliseconds' });
const MsFromStart = Type.Number({ description: 'milliseconds from the start of traffic' });
const Count = Type.Integer({ minimum: 0 });

const Spread = Type.Object({ p50: nullable(Ms), p99: nullable(Ms), max: nullable(Ms) });
const Latency = Type.Object({
  p50: nullable(Ms),
  p90: nullable(Ms),
  p95: nullable(Ms),
  p99: nullable(Ms),
  p999: nullable(Ms),
  max: nullable(Ms),
});

const LaneTraffic = Type.Object({
  lane: Type.String(),
  /** `control`: it went to what nobody deploys, and is not judged. */
  role: Type.Optional(literals(['app', 'control'] as const)),
  engine: Type.String(),
  /** What the engine does not see of the lane; absent where every loss shows. */
  blindTo: Type.Optional(
    Type.Array(
      Type.Object({
        what: Type.String(),
        hides: literals(['loss', 'time', 'kind'] as const),
        shownByLedger: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
  connection: Type.String(),
  planned: Count,
  sent: Count,
  unsent: Count,
  ok: Count,
  failed: Count,
  unanswered: Count,
  staleRace: Count,
  /** Of those that failed: so many did together with a control lane, so the way there failed and not the app. */
  pathFailures: Type.Optional(Count),
  byOutcome: Type.Record(Type.String(), Count),
  lateMs: Spread,
  waitMs: Spread,
  latencyMs: Latency,
  /** Of connections that waited for a name to be looked up. */
  resolveMs: Type.Optional(Spread),
  /** From an open connection to the end of the TLS handshake. */
  tlsMs: Type.Optional(Spread),
  /** So many of these handshakes went on with the session of an earlier connection. */
  tlsResumed: Type.Optional(Count),
  /** Where its connections led, the most used first, where that is more than one place. */
  addresses: Type.Optional(
    Type.Array(Type.Object({ address: Type.String(), connections: Count, failed: Count }), { maxItems: 100 }),
  ),
});

const CheckResult = Type.Object({
  name: Type.String(),
  lane: nullable(Type.String()),
  verdict: literals(checkVerdicts),
  /** The scenario asked for it, so it decides. */
  asked: Type.Boolean(),
  /** One sentence that a student understands. */
  message: Type.String(),
  expected: Type.Unknown(),
  actual: Type.Unknown(),
  /** Of inconclusive: what would make it conclusive. */
  hint: Type.Optional(Type.String()),
  /** Somebody said that it is not to decide: off, it was not even asked; warn, whatever it found is a warning. */
  level: Type.Optional(literals(['off', 'warn'] as const)),
});

const Outage = Type.Object({
  kind: literals(['total', 'partial'] as const),
  lane: Type.String(),
  fromMs: MsFromStart,
  toMs: nullable(MsFromStart),
  ms: Ms,
  failures: Count,
  cause: nullable(Type.String()),
});

const FailedAttempt = Type.Object({
  id: Type.String(),
  lane: Type.String(),
  session: nullable(Type.String()),
  connection: nullable(Type.Integer()),
  connectionUse: Type.Integer(),
  method: Type.String(),
  path: Type.String(),
  outcome: literals(outcomes),
  phase: nullable(literals(phases)),
  detail: nullable(Type.String()),
  status: nullable(Type.Integer()),
  replica: nullable(Type.String()),
  replicaSource: nullable(Type.String()),
  pod: nullable(Type.String()),
  version: nullable(Type.String()),
  sentMs: nullable(MsFromStart),
  endMs: MsFromStart,
  step: nullable(Type.String()),
});

const Amount = Type.Object({ mean: Type.Number({ minimum: 0 }), max: Type.Number({ minimum: 0 }) });

/** What was used of a processor (1 is one core) and of memory; null where there was no reading. */
const Used = { cpuCores: nullable(Amount), memoryBytes: nullable(Amount) };

/** What the replicas of each version used while there was traffic: mean and highest of single replicas. */
const Usage = Type.Object({
  source: Type.String(),
  everyMs: Ms,
  byVersion: Type.Array(Type.Object({ version: Type.String(), replicas: Count, readings: Count, ...Used })),
  /** When it was asked for and not told. */
  blind: Type.Array(Type.Object({ fromMs: MsFromStart, toMs: MsFromStart, reason: Type.String() })),
  /** Why nothing can be told at all. */
  missing: Type.Optional(Type.String()),
});

const ReplicaResult = Type.Object({
  name: nullable(Type.String()),
  pod: nullable(Type.String()),
  version: nullable(Type.String()),
  answered: Count,
  failed: Count,
  share: Type.Number({ minimum: 0, maximum: 1 }),
  firstMs: nullable(MsFromStart),
  lastMs: nullable(MsFromStart),
  /** Where it was, on targets with nodes. */
  node: Type.Optional(Type.String()),
  zone: Type.Optional(Type.String()),
  region: Type.Optional(Type.String()),
  /** Absent where nothing was read of it. */
  used: Type.Optional(Type.Object({ readings: Count, ...Used })),
});

const StepResult = Type.Object({
  name: Type.String(),
  verb: Type.String(),
  fromMs: MsFromStart,
  toMs: MsFromStart,
  verdict: VerdictSchema,
  message: Type.Optional(Type.String()),
  /** Of inconclusive: what would make it conclusive. */
  hint: Type.Optional(Type.String()),
  /** How many replicas it replaced, where it was to replace some. */
  replaced: Type.Optional(Count),
  /** Of run: how the command ended; null where a signal ended it. What it printed is in the file `log` of the run's folder. */
  command: Type.Optional(
    Type.Object({
      exitCode: nullable(Type.Integer()),
      signal: nullable(Type.String()),
      timedOut: Type.Boolean(),
      endedMs: MsFromStart,
      log: Type.String(),
    }),
  ),
  /** It was part of the way back. */
  rollback: Type.Optional(Type.Boolean()),
});

/** The way back after a verdict `fail`, judged by itself. */
const Rollback = Type.Object({
  verdict: VerdictSchema,
  /** One sentence. */
  message: Type.String(),
  /** The reasons to go back, worst first. */
  because: Type.Array(Type.String()),
  fromMs: MsFromStart,
  toMs: MsFromStart,
  sent: Count,
  /** Failed or unanswered, of those. */
  lost: Count,
  /** No request was lost in its last step. */
  restored: Type.Boolean(),
  /** Before the first command, and in the last step. */
  versions: Type.Optional(
    Type.Object({
      by: literals(['answers', 'platform'] as const),
      before: Type.Array(Type.String()),
      after: Type.Array(Type.String()),
    }),
  ),
});

const Series = Type.Object({
  stepMs: Ms,
  fromMs: MsFromStart,
  /** Who says which version it was: the answers (`identity.version`), else the platform of the replica that gave it. */
  versionsBy: Type.Optional(literals(['answers', 'platform'] as const)),
  /** Good answers an interval, by version; `?` where nobody said. */
  byVersion: Type.Record(Type.String(), Type.Array(Count)),
  byReplica: Type.Record(Type.String(), Type.Array(Count)),
  failed: Type.Array(Count),
  failedByLane: Type.Record(Type.String(), Type.Array(Count)),
  latency: Type.Object({ p50: Type.Array(nullable(Ms)), p99: Type.Array(nullable(Ms)), max: Type.Array(nullable(Ms)) }),
});

const EventResult = Type.Object({
  fromMs: MsFromStart,
  toMs: MsFromStart,
  kind: Type.String(),
  subject: Type.Object({ kind: Type.String(), name: Type.String() }),
  owner: Type.Optional(Type.String()),
  uid: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  revision: Type.Optional(Type.String()),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  promise: Type.Optional(Type.Unknown()),
});

/** The result of a run, `hitless/result@1`. Within a schema version fields are added, never renamed or removed. */
export const ResultSchema = Type.Object(
  {
    schema: Type.Literal('hitless/result@1'),
    complete: Type.Boolean(),
    verdict: VerdictSchema,
    /** The reasons behind the verdict, worst first, one sentence each. */
    reasons: Type.Array(Type.String()),
    /** Of inconclusive: what would make it conclusive, each to stand behind "to find out:". */
    toConclude: Type.Optional(Type.Array(Type.String())),
    expectation: nullable(
      Type.Object({ verdict: VerdictSchema, causes: Type.Array(Type.String()), met: Type.Boolean() }),
    ),
    scenario: Type.Object({
      name: Type.String(),
      description: Type.Optional(Type.String()),
      file: Type.String(),
      seed: Type.Integer(),
    }),
    target: Type.Object({
      kind: Type.String(),
      path: Type.String(),
      /** What that rests on, or why it is not known, a sentence each. */
      pathEvidence: Type.Optional(Type.Array(Type.String())),
      approximate: Type.Array(Type.String()),
      equalShares: Type.Boolean(),
      details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      /** What a reader of the verdict has to know of the place, a sentence each. */
      notes: Type.Optional(Type.Array(Type.String())),
    }),
    startedAt: Type.String({ description: 'start of traffic, ISO 8601, UTC' }),
    durationMs: Ms,
    traffic: Type.Array(LaneTraffic),
    checks: Type.Array(CheckResult),
    /** Checks that did not decide because a level says so, and who said it (a place in a config, or a flag). */
    notJudged: Type.Optional(
      Type.Array(Type.Object({ check: Type.String(), level: literals(['off', 'warn'] as const), by: Type.String() })),
    ),
    /** What was made of a verdict that is inconclusive, or of tries before this one that were; the verdict stays. */
    onInconclusive: Type.Optional(
      Type.Object({
        /** As it was asked for, such as `retry:2,warn`. */
        asked: Type.String(),
        done: literals(['nothing', 'fail', 'warn', 'pass', 'retry'] as const),
        try: Type.Integer({ minimum: 1 }),
        tries: Type.Integer({ minimum: 1 }),
        message: Type.String(),
      }),
    ),
    /** The config that the run was made with. */
    config: Type.Optional(Type.String()),
    /** What a proxy's own log says, where the run was told of one. */
    accessLog: Type.Optional(
      Type.Object({
        file: Type.String(),
        requests: Count,
        /** Of the requests: those that the log tells of. */
        joined: Count,
        /** By method: good answers for which the proxy asked more than one upstream. Losses that clients never saw. */
        hidden: Type.Record(Type.String(), Count),
      }),
    ),
    /** What the app's own ledger of handled requests says, where the run was told of one. */
    ledger: Type.Optional(
      Type.Object({
        file: Type.String(),
        /** Different ids in it, and those of them that the record does not have. */
        entries: Count,
        strangers: Count,
        lanes: Type.Array(
          Type.Object({ lane: Type.String(), sent: Count, handled: Count, twice: Count, okUnhandled: Count }),
        ),
      }),
    ),
    causes: Type.Array(
      Type.Object({
        id: Type.String(),
        failures: Count,
        replicas: Type.Array(Type.String()),
        steps: Type.Array(Type.String()),
        evidence: Type.Array(Type.String()),
        excluded: Type.Array(Type.String()),
        fix: Type.Optional(Type.Object({ summary: Type.String(), patch: Type.Optional(Type.String()) })),
      }),
    ),
    unexplained: Count,
    /** Where requests failed: what in the manifests is known to lose some, which is not to say that it did here. */
    hints: Type.Optional(Type.Array(Type.Object({ id: Type.String(), message: Type.String(), link: Type.String() }))),
    outages: Type.Array(Outage),
    failures: Type.Array(FailedAttempt, { maxItems: 1000 }),
    replicas: Type.Array(ReplicaResult),
    /** Absent where the target cannot tell. */
    usage: Type.Optional(Usage),
    steps: Type.Array(StepResult),
    /** Absent where nothing was rolled back. */
    rollback: Type.Optional(Rollback),
    series: Series,
    /** Latency at each percentile, all lanes and by lane, for the report's curve: [percentile 0..100, ms]. */
    percentiles: Type.Record(Type.String(), Type.Array(Type.Tuple([Type.Number(), Ms]))),
    events: Type.Array(EventResult),
    /** The shortest total outage that this run would have seen, and with what probability. */
    power: Type.Object({
      outageMs: nullable(Ms),
      probability: nullable(Type.Number()),
      cleanTerminations: Count,
      rateBound: nullable(Type.Number()),
    }),
    environment: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  },
  { $id: 'hitless/result@1', title: 'The result of a hitless run' },
);

export type Result = Static<typeof ResultSchema>;
export type CheckOutcome = Result['checks'][number];
export type OutageResult = Result['outages'][number];
export type LaneTrafficResult = Result['traffic'][number];
