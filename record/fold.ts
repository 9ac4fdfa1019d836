import type { Attempt } from './attempt.ts';

/** A text column of a batch; decoded when asked for, equal texts are the same string object. */
export interface TextColumn {
  /** The text of a row, or null. */
  at(row: number): string | null;
}

/**
 * A few hundred to a few thousand attempts, column by column. Rows are in the order in which their outcomes were known,
 * per traffic thread; over the whole record no order is promised. A number that is null in the row is NaN here.
 * A batch and its columns are good until the next one comes: a fold copies what it keeps.
 */
export interface AttemptBatch {
  readonly length: number;
  readonly id: TextColumn;
  readonly lane: TextColumn;
  readonly session: TextColumn;
  readonly method: TextColumn;
  readonly path: TextColumn;
  readonly outcome: TextColumn;
  readonly phase: TextColumn;
  readonly detail: TextColumn;
  readonly replica: TextColumn;
  readonly replicaSource: TextColumn;
  readonly pod: TextColumn;
  readonly version: TextColumn;
  readonly handled: TextColumn;
  readonly address: TextColumn;
  readonly connection: Float64Array;
  readonly connectionUse: Float64Array;
  /** 1 or 0 */
  readonly overflow: Float64Array;
  readonly intendedUs: Float64Array;
  readonly readyUs: Float64Array;
  readonly sentUs: Float64Array;
  readonly connectedUs: Float64Array;
  readonly securedUs: Float64Array;
  readonly resolveUs: Float64Array;
  /** 1 or 0 */
  readonly resumed: Float64Array;
  readonly firstByteUs: Float64Array;
  readonly endUs: Float64Array;
  readonly status: Float64Array;
  readonly counter: Float64Array;
  readonly bytes: Float64Array;
  readonly idleUs: Float64Array;
  /** The whole row as an object; for the few rows that are shown, not for loops over millions. */
  attempt(row: number): Attempt;
}

/**
 * Something computed over all attempts of a record, in memory that does not grow with their number (at most with that of
 * failed ones). `done` may ask for
 * another pass by returning a fold in `again`.
 */
export interface Fold<Result> {
  batch(batch: AttemptBatch): void;
  done(): { result: Result } | { again: Fold<Result> };
}
