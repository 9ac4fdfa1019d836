import { Type } from 'typebox';

export const literals = <const T extends string[]>(values: readonly [...T]) => Type.Enum([...values] as [...T]);
export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const runVerdicts = ['pass', 'fail', 'inconclusive', 'error'] as const;
export type Verdict = (typeof runVerdicts)[number];

/** Of a check: a run's verdicts, and two that leave the run's alone. */
export const checkVerdicts = [...runVerdicts, 'warn', 'not-applicable'] as const;
export type CheckVerdict = (typeof checkVerdicts)[number];

export const VerdictSchema = literals(runVerdicts);
export const Ms = Type.Number({ description: 'milliseconds' });
export const MsFromStart = Type.Number({ description: 'milliseconds from the start of traffic' });
export const Count = Type.Integer({ minimum: 0 });
