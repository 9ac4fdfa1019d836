import type { Attempt } from './attempt.ts';
import type { AttemptBatch, TextColumn } from './fold.ts';

/** A batch made of attempts that are already objects: a short record, or a test's. Shares the objects, copies the numbers. */
export function batchOfRows(rows: readonly Attempt[]): AttemptBatch {
  const text = (pick: (attempt: Attempt) => string | null): TextColumn => ({ at: (row) => pick(rowAt(rows, row)) });
  const numbers = (pick: (attempt: Attempt) => number | null) =>
    Float64Array.from(rows, (attempt) => pick(attempt) ?? Number.NaN);
  return {
    length: rows.length,
    id: text((attempt) => attempt.id),
    lane: text((attempt) => attempt.lane),
    session: text((attempt) => attempt.session),
    method: text((attempt) => attempt.method),
    path: text((attempt) => attempt.path),
    outcome: text((attempt) => attempt.outcome),
    phase: text((attempt) => attempt.phase),
    detail: text((attempt) => attempt.detail),
    replica: text((attempt) => attempt.replica),
    replicaSource: text((attempt) => attempt.replicaSource),
    pod: text((attempt) => attempt.pod),
    version: text((attempt) => attempt.version),
    handled: text((attempt) => attempt.handled),
    address: text((attempt) => attempt.address),
    connection: numbers((attempt) => attempt.connection),
    connectionUse: numbers((attempt) => attempt.connectionUse),
    overflow: numbers((attempt) => (attempt.overflow ? 1 : 0)),
    intendedUs: numbers((attempt) => attempt.intendedUs),
    readyUs: numbers((attempt) => attempt.readyUs),
    sentUs: numbers((attempt) => attempt.sentUs),
    connectedUs: numbers((attempt) => attempt.connectedUs),
    securedUs: numbers((attempt) => attempt.securedUs),
    resolveUs: numbers((attempt) => attempt.resolveUs),
    resumed: numbers(({ resumed }) => (resumed === null ? null : Number(resumed))),
    firstByteUs: numbers((attempt) => attempt.firstByteUs),
    endUs: numbers((attempt) => attempt.endUs),
    status: numbers((attempt) => attempt.status),
    counter: numbers((attempt) => attempt.counter),
    bytes: numbers((attempt) => attempt.bytes),
    idleUs: numbers((attempt) => attempt.idleUs),
    attempt: (row) => rowAt(rows, row),
  };
}

function rowAt(rows: readonly Attempt[], row: number): Attempt {
  const attempt = rows[row];
  if (attempt === undefined) throw new RangeError(`row ${row} of a batch of ${rows.length}`);
  return attempt;
}
