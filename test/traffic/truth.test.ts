import { afterEach, describe, expect, test } from 'vitest';
import type { Session } from '../../runner/traffic/lane.ts';
import { reconcile, strict } from './reconcile.ts';
import { addressOf, laneOf, runLanes } from './run-lanes.ts';
import { type MisbehavingServer, startServer } from './start-server.ts';

let server: MisbehavingServer;
afterEach(() => server.kill());

describe('10,000 attempts at a server that misbehaves by a ledger', () => {
  test('each on a connection of its own', async () => {
    server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 500 });
    const lane = laneOf({ ...strict, name: 'fresh', rate: 1_000, requests: 10_000 });
    const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
    expect(ran.rows.length).toBe(10_000);
    reconcile(ran, await server.books());
  });

  test('on kept connections', async () => {
    server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 500 });
    const lane = laneOf({
      ...strict,
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
    const lane = laneOf({ ...strict, name: 'session', connection: 'session', rate: 500, requests: 4_000, session });
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
    ...strict,
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
  const lane = laneOf({ ...strict, name: 'idle', connection: 'kept', rate: 80, requests: 400, connections: 100 });
  const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
  const books = await server.books();
  reconcile(ran, books);
  expect(books.ledger.filter(([, what]) => what !== 'good').length).toBeGreaterThan(100);
  expect(ran.rows.some((row) => row.outcome === 'stale-race')).toBe(true);
});
