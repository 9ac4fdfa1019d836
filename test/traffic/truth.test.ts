import { afterEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Lane, Session } from '../../runner/traffic/lane.ts';
import type { Books, Closure } from './misbehaving-server.ts';
import { addressOf, laneOf, type Ran, runLanes } from './run-lanes.ts';
import { type MisbehavingServer, startServer } from './start-server.ts';
import { outcomeOf } from './truth.ts';

const shared: Partial<Lane> = {
  limits: { connectUs: 30e6, tlsUs: 30e6, headersUs: 3e6, bodyUs: 30e6 },
  expect: {
    statuses: [],
    headers: {},
    minBytes: null,
    maxBytes: null,
    json: { type: 'object', required: ['hello', 'name'] },
  },
};

let server: MisbehavingServer;
afterEach(() => server.kill());

function tally<T extends string>(items: Iterable<T>): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1;
  return counts;
}

/** Every row against the ledger, and every entry of the ledger against the rows. */
function reconcile({ rows, counts, errors }: Ran, { ledger, closures }: Books): void {
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
      row.outcome === 'reset' && closures.some(({ aUs }) => (row.sentUs as number) <= aUs && row.endUs >= aUs);
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

describe('10,000 attempts at a server that misbehaves by a ledger', () => {
  test('each on a connection of its own', async () => {
    server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 500 });
    const lane = laneOf({ ...shared, name: 'fresh', rate: 1_000, requests: 10_000 });
    const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
    expect(ran.rows.length).toBe(10_000);
    reconcile(ran, await server.books());
  });

  test('on kept connections', async () => {
    server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 500 });
    const lane = laneOf({
      ...shared,
      name: 'kept',
      connection: 'kept',
      rate: 2_000,
      requests: 10_000,
      connections: 50,
    });
    const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
    expect(ran.rows.length).toBe(10_000);
    reconcile(ran, await server.books());
  });

  test('by visitors', async () => {
    server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 500 });
    const session: Session = {
      page: '/',
      assets: ['/a', '/b', '/c', '/d'],
      connections: 'one',
      pauseUs: 0,
    };
    const lane = laneOf({ ...shared, name: 'session', connection: 'session', rate: 500, requests: 4_000, session });
    const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
    expect(ran.rows.length).toBeGreaterThan(9_000);
    reconcile(ran, await server.books());
    const failedPages = new Set(
      ran.rows.filter((row) => row.path === '/' && row.outcome !== 'ok').map((row) => row.session),
    );
    expect(ran.rows.filter((row) => row.path !== '/' && failedPages.has(row.session))).toEqual([]);
  });
});

test('a server that drops every third request of a connection fails a third, none of them as a race', async () => {
  server = await startServer({ mode: 'every-third', closedMs: 0, everyMs: 0 });
  const lane = laneOf({
    ...shared,
    name: 'thirds',
    connection: 'kept',
    rate: 2_000,
    requests: 6_000,
    connections: 20,
    overflow: 0,
  });
  const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
  const books = await server.books();
  reconcile(ran, books);
  const dropped = books.ledger.filter(([, what]) => what === 'fin').length;
  expect(dropped).toBeGreaterThan(1_900);
  expect(ran.counts[0]?.failed).toBe(dropped);
});

test('a connection that the server closes just as it is used after a second of rest is a race, and only that', async () => {
  server = await startServer({ mode: 'idle-race', closedMs: 0, everyMs: 0 });
  const lane = laneOf({ ...shared, name: 'idle', connection: 'kept', rate: 80, requests: 400, connections: 100 });
  const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
  const books = await server.books();
  reconcile(ran, books);
  expect(books.ledger.filter(([, what]) => what !== 'good').length).toBeGreaterThan(100);
  expect(ran.rows.some((row) => row.outcome === 'stale-race')).toBe(true);
});
