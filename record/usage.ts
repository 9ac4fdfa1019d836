import { type Static, Type } from 'typebox';

const Amount = Type.Object({ mean: Type.Number({ minimum: 0 }), max: Type.Number({ minimum: 0 }) });
const Us = Type.Number({ description: 'microseconds of the monotonic clock' });

/** What replicas used while there was traffic, each over its readings: so many replicas, however long the run was. */
export const UsageFactsSchema = Type.Object({
  /** Who said it, and over which time: `the engine`, `metrics.k8s.io, each over 15 s`. */
  source: Type.String(),
  everyMs: Type.Number({ minimum: 0 }),
  replicas: Type.Array(
    Type.Object({
      pod: Type.String(),
      /** The image's tag. */
      version: Type.String(),
      readings: Type.Integer({ minimum: 1 }),
      /** Of one processor; null where only one reading came, which says nothing of a rate. */
      cpuCores: Type.Union([Amount, Type.Null()]),
      memoryBytes: Type.Union([Amount, Type.Null()]),
    }),
  ),
  /** When it was asked for and not told; the first hundred. */
  blind: Type.Array(Type.Object({ fromUs: Us, toUs: Us, reason: Type.String() })),
  /** Why nothing can be told here at all, a sentence. */
  missing: Type.Optional(Type.String()),
});

export type UsageFacts = Static<typeof UsageFactsSchema>;

/** What one replica uses at a moment. */
export interface UsageReading {
  pod: string;
  /** Of one processor, since the reading before or over the time that the source says; null where there was none before. */
  cpuCores: number | null;
  memoryBytes: number | null;
}
