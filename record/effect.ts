import { type Static, Type } from 'typebox';
import { effectVerdicts, measureNames } from './effect-names.ts';
import { Count, literals, Ms, nullable } from './result-values.ts';

export type EffectVerdict = (typeof effectVerdicts)[number];
const EffectVerdictSchema = literals(effectVerdicts);

/** candidate / baseline - 1: 0.05 is five per cent more. `low` and `high` bound it with the effect's confidence. */
const Change = Type.Object({ estimate: Type.Number(), low: Type.Number(), high: Type.Number() });

export type MeasureName = (typeof measureNames)[number];

const Measure = Type.Object({
  name: literals(measureNames),
  /** Of kept runs: the stage, lane or step that it is of. */
  of: Type.Optional(Type.String()),
  unit: literals(['requests/s', 'us', 'ms'] as const),
  /** Its verdict is part of the whole's; what does not decide is told only. */
  decides: Type.Boolean(),
  /** null: nothing was measured. */
  baseline: nullable(Type.Number()),
  candidate: nullable(Type.Number()),
  /** Of a typical block or round: rare stalls do not move it. null: too few of them. */
  typical: nullable(Change),
  /** Of everything together: rare stalls count. null: too few blocks or rounds, or requests. */
  overall: nullable(Change),
  /** Pairs of blocks, or rounds of the side that has fewer. */
  samples: Count,
  verdict: EffectVerdictSchema,
  /** One sentence. */
  message: Type.String(),
});

const Side = Type.Object({
  /** Its URL, or the folder of its run. */
  name: Type.String(),
  sent: Count,
  ok: Count,
  failed: Count,
  /** Of the processes whose CPU time was read: `node 4711`. */
  processes: Type.Optional(Type.Array(Type.String())),
});

/** Two targets or two runs held against each other; of `hitless bench --against` and `hitless compare`. */
export const EffectSchema = Type.Object(
  {
    verdict: EffectVerdictSchema,
    /** The reasons behind it, the one that decides first, one sentence each. */
    reasons: Type.Array(Type.String()),
    /** Of `cannot tell`: what would tell, each to stand behind "to find out:". */
    toConclude: Type.Array(Type.String()),
    /** A change up to this share is none. */
    tolerance: Type.Number({ minimum: 0 }),
    /** Of each interval. */
    confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    /** How the intervals were made, one sentence each. */
    method: Type.Array(Type.String()),
    baseline: Side,
    candidate: Side,
    measures: Type.Array(Measure),
    /** Whether one fails more than the other: the chance of such a difference, or a greater one, if it did not. */
    failures: Type.Object({ verdict: EffectVerdictSchema, chance: Type.Number({ minimum: 0, maximum: 1 }) }),
    /** Of targets in turn. */
    blocks: Type.Optional(
      Type.Object({
        ms: Ms,
        restMs: Ms,
        /** In the order in which they came, B the baseline, A the candidate; those of the warm-up are not among them. */
        order: Type.String(),
        warmUpMs: Ms,
        /** Of each block, in that order; null: nothing was measured. */
        ratePerS: Type.Array(Type.Number({ minimum: 0 })),
        cpuUs: Type.Array(nullable(Type.Number({ minimum: 0 }))),
        p50Ms: Type.Array(nullable(Ms)),
        p99Ms: Type.Array(nullable(Ms)),
      }),
    ),
    /** How far two blocks of the same target lie apart, as a share, by measure: the noise that the comparison had to see through. */
    noise: Type.Record(Type.String(), Type.Number({ minimum: 0 })),
    /** What differs between the environments of two runs, a sentence each. */
    differing: Type.Optional(Type.Array(Type.String())),
  },
  { title: 'One target or run held against another' },
);

export type Effect = Static<typeof EffectSchema>;
export type Change = Static<typeof Change>;
export type EffectMeasure = Static<typeof Measure>;
export type EffectSide = Static<typeof Side>;
