import { type Static, Type } from 'typebox';
import { LedgerSchema } from './ledger.ts';
import { CheckResult, Rollback, StepResult } from './result-judgement.ts';
import { EventResult, ReplicaResult, Usage } from './result-platform.ts';
import { FailedAttempt, LaneTraffic, Outage, Series } from './result-traffic.ts';
import { Count, literals, Ms, nullable, VerdictSchema } from './result-values.ts';

export type { CheckVerdict, Verdict } from './result-values.ts';

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
    ledger: Type.Optional(LedgerSchema),
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
