import { expect } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Lane } from '../../runner/traffic/lane.ts';
import type { Books, Closure } from './misbehaving-server.ts';
import type { Ran } from './run-lanes.ts';
import { outcomeOf } from './truth.ts';

/** Good only as the misbehaving server's good answers are; its slowest way is to answer after the time for headers. */
export const strict: Partial<Lane> = {
  limits: { connectUs: 30e6, tlsUs: 30e6, headersUs: 3e6, bodyUs: 30e6 },
  expect: {
    statuses: [],
    headers: {},
    minBytes: null,
    maxBytes: null,
    json: { type: 'object', required: ['hello', 'name'] },
  },
};

function tally<T extends string>(items: Iterable<T>): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

/** Every row against the ledger, and every entry of the ledger against the rows. */
export function reconcile({ rows, counts, errors }: Ran, { ledger, closures }: Books): void {
  expect(errors).toEqual([]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(byId.size).toBe(rows.length);
  const entries = new Map(ledger.map(([id, what]) => [id, what]));
  expect(entries.size, 'no request came twice').toBe(ledger.length);
  const unknown = rows.filter((row) => !entries.has(row.id));
  const expected = ledger.map(([id, what]) => outcomeOf(byId.get(id) as Attempt, what));
  const observed = rows.filter((row) => entries.has(row.id)).map((row) => row.outcome);
  for (const [id, what] of ledger) {
    const row = byId.get(id) as Attempt;
    if (row.outcome !== outcomeOf(row, what))
      expect({ what, ...row }).toEqual({ what, ...row, outcome: outcomeOf(row, what) });
  }
  expect(tally(observed)).toEqual(tally(expected));
  reconcileClosures(rows, unknown, closures);
  for (const lane of counts) {
    const own = rows.filter((row) => row.lane === lane.lane);
    expect(lane).toMatchObject({ planned: own.length, sent: own.length, inFlight: 0, unsent: 0, unanswered: 0 });
    expect(lane.ok).toBe(own.filter((row) => row.outcome === 'ok').length);
    expect(lane.failed).toBe(own.length - lane.ok);
  }
}

/**
 * What the server never saw met a closed listener: it was refused, or it was in the listener's queue when that was
 * closed, which resets it. What began and ended while the listener was surely closed was refused.
 */
function reconcileClosures(rows: readonly Attempt[], unknown: readonly Attempt[], closures: readonly Closure[]): void {
  for (const row of unknown) {
    const met = closures.some(({ aUs, dUs }) => (row.sentUs as number) <= dUs && row.endUs >= aUs);
    const isQueued =
      row.outcome === 'reset' && closures.some(({ aUs, bUs }) => (row.sentUs as number) <= bUs && row.endUs >= aUs);
    if (!met || (row.outcome !== 'refused' && !isQueued)) expect(row).toBe('an attempt that met a closed listener');
  }
  const ids = new Set(unknown.map(({ id }) => id));
  const inClosure = rows.filter(
    (row) =>
      row.connectionUse === 1 && closures.some(({ bUs, cUs }) => (row.sentUs as number) >= bUs && row.endUs <= cUs),
  );
  for (const row of inClosure) expect(ids.has(row.id) && row.outcome === 'refused').toBe(true);
  if (closures.length > 0) expect(inClosure.length).toBeGreaterThan(0);
}
