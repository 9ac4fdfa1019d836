import { Type } from 'typebox';
import { Count, Ms, MsFromStart, nullable } from './result-values.ts';

const Amount = Type.Object({ mean: Type.Number({ minimum: 0 }), max: Type.Number({ minimum: 0 }) });

/** What was used of a processor (1 is one core) and of memory; null where there was no reading. */
const Used = { cpuCores: nullable(Amount), memoryBytes: nullable(Amount) };

/** What the replicas of each version used while there was traffic: mean and highest of single replicas. */
export const Usage = Type.Object({
  source: Type.String(),
  everyMs: Ms,
  byVersion: Type.Array(Type.Object({ version: Type.String(), replicas: Count, readings: Count, ...Used })),
  /** When it was asked for and not told. */
  blind: Type.Array(Type.Object({ fromMs: MsFromStart, toMs: MsFromStart, reason: Type.String() })),
  /** Why nothing can be told at all. */
  missing: Type.Optional(Type.String()),
});

export const ReplicaResult = Type.Object({
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

export const EventResult = Type.Object({
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
  ending: Type.Optional(Type.Unknown()),
});
