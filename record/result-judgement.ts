import { Type } from 'typebox';
import { Count, checkVerdicts, literals, MsFromStart, nullable, VerdictSchema } from './result-values.ts';

export const CheckResult = Type.Object({
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

export const StepResult = Type.Object({
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
export const Rollback = Type.Object({
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
