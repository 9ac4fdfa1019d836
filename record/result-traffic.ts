import { Type } from 'typebox';
import { outcomes, phases } from './attempt.ts';
import { Count, literals, Ms, MsFromStart, nullable } from './result-values.ts';

const Spread = Type.Object({ p50: nullable(Ms), p99: nullable(Ms), max: nullable(Ms) });
const Latency = Type.Object({
  p50: nullable(Ms),
  p90: nullable(Ms),
  p95: nullable(Ms),
  p99: nullable(Ms),
  p999: nullable(Ms),
  max: nullable(Ms),
});

export const LaneTraffic = Type.Object({
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

export const Outage = Type.Object({
  kind: literals(['total', 'partial'] as const),
  lane: Type.String(),
  fromMs: MsFromStart,
  toMs: nullable(MsFromStart),
  ms: Ms,
  failures: Count,
  cause: nullable(Type.String()),
});

export const FailedAttempt = Type.Object({
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

export const Series = Type.Object({
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
