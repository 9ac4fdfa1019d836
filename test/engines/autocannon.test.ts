import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Behaviour, Books, Orders } from '../traffic/misbehaving-server.ts';
import { strict } from '../traffic/reconcile.ts';
import { addressOf, laneOf } from '../traffic/run-lanes.ts';
import { good, SmallServer } from '../traffic/small-server.ts';
import { type MisbehavingServer, startServer } from '../traffic/start-server.ts';
import { outcomeOf } from '../traffic/truth.ts';
import { autocannonLane, runEngines } from './run-engines.ts';

let server: MisbehavingServer | undefined;
let small: SmallServer | undefined;
afterEach(() => {
  server?.kill();
  server = undefined;
  small?.close();
});

async function start(mode: Orders['mode']): Promise<MisbehavingServer> {
  server = await startServer({ mode, closedMs: 0, everyMs: 0 });
  return server;
}

/** A server in this process that does to each request what it is told; returns its port. */
function listen(answer: (socket: Socket, nth: number) => void): Promise<number> {
  let requests = 0;
  small = new SmallServer(({ socket }) => answer(socket, requests++));
  return small.listen();
}

function entriesOf({ ledger }: Books): Map<string, Behaviour> {
  expect(new Set(ledger.map(([id]) => id)).size, 'no request came twice').toBe(ledger.length);
  return new Map(ledger.map(([id, what]) => [id, what]));
}

const countOf = (rows: readonly Attempt[], outcome: string) => rows.filter((row) => row.outcome === outcome).length;

describe('a server that loses requests', () => {
  test('by dropping every third of a connection without a word: each is a lost attempt', async () => {
    const { port, books } = await start('every-third');
    const lane = autocannonLane({ connections: 10, requests: 3_000 });
    const { rows, counts, errors } = await runEngines({ lanes: [lane], route: addressOf(port) });
    const entries = entriesOf(await books());
    expect(errors).toEqual([]);
    expect(rows.length).toBe(3_000);
    const dropped = [...entries.values()].filter((what) => what === 'fin').length;
    expect(dropped).toBeGreaterThan(900);
    for (const { id, outcome } of rows) expect(outcome).toBe(entries.get(id) === 'fin' ? 'closed' : 'ok');
    expect(counts).toMatchObject([{ planned: 3_000, sent: 3_000, ok: 3_000 - dropped, failed: dropped, inFlight: 0 }]);
  });

  test('in every way it knows: each attempt ends as the ledger says', async () => {
    const { port, books } = await start('mixed');
    const lane = autocannonLane({
      connections: 20,
      requests: 2_500,
      ...strict,
      limits: { connectUs: 30e6, tlsUs: 30e6, headersUs: 2e6, bodyUs: 30e6 },
    });
    const { rows, counts, errors } = await runEngines({ lanes: [lane], route: addressOf(port) });
    const entries = entriesOf(await books());
    expect(errors).toEqual([]);
    expect(rows.length).toBe(2_500);
    for (const row of rows) {
      const what = entries.get(row.id) as Behaviour;
      expect({ what, ...row }).toEqual({ what, ...row, outcome: outcomeOf(row, what) });
    }
    const kinds = new Set(rows.map(({ outcome }) => outcome));
    for (const kind of ['closed', 'reset', 'truncated', 'timeout', 'status', 'invalid', 'surplus', 'malformed'])
      expect(kinds).toContain(kind);
    expect(counts[0]).toMatchObject({ planned: 2_500, sent: 2_500, ok: countOf(rows, 'ok'), unanswered: 0 });
  });

  test('by not being there: each connect is a refused attempt', async () => {
    const port = await listen(() => {});
    small?.close();
    const { rows } = await runEngines({ lanes: [autocannonLane({ requests: 50 })], route: addressOf(port) });
    expect(rows.length).toBe(50);
    expect(countOf(rows, 'refused')).toBe(50);
    expect(rows[0]).toMatchObject({ phase: 'connect', detail: 'ECONNREFUSED', status: null, connectionUse: 1 });
  });
});

describe('what a good server may do', () => {
  test('say that the connection closes: nothing is sent behind that, and nothing lost', async () => {
    const port = await listen((socket, nth) => {
      if (nth % 5 === 4) socket.end(good.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
      else socket.write(good);
    });
    const { rows } = await runEngines({
      lanes: [autocannonLane({ connections: 4, requests: 1_000 })],
      route: addressOf(port),
    });
    expect(countOf(rows, 'ok')).toBe(1_000);
    expect(new Set(rows.map(({ connection }) => connection)).size).toBeGreaterThan(150);
  });

  test('answer in parts, and with 100 Continue before', async () => {
    const port = await listen((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      setImmediate(() => {
        socket.write(good.slice(0, 20));
        setImmediate(() => socket.write(good.slice(20)));
      });
    });
    const { rows } = await runEngines({
      lanes: [autocannonLane({ connections: 4, requests: 400 })],
      route: addressOf(port),
    });
    expect(countOf(rows, 'ok')).toBe(400);
    expect(new Set(rows.map(({ connection }) => connection)).size).toBe(4);
  });
});

describe('the record', () => {
  test('has ids, connections, times and who answered', async () => {
    const port = await listen((socket, nth) =>
      socket.write(`HTTP/1.1 200 OK\r\nx-who: r${nth % 3}\r\nx-version: v1\r\ncontent-length: 2\r\n\r\n`),
    );
    const identity = { replica: 'header:x-who', version: 'header:x-version' };
    const lane = autocannonLane({
      connections: 5,
      requests: 100,
      request: { method: 'HEAD', path: '/a', headers: {}, body: null },
    });
    const { rows } = await runEngines({ lanes: [lane], route: addressOf(port), identity });
    expect(new Set(rows.map(({ id }) => id)).size).toBe(100);
    for (const row of rows) {
      expect(row).toMatchObject({ lane: 'lane', method: 'HEAD', path: '/a', version: 'v1', replicaSource: 'answer' });
      expect(row.sentUs).toBe(row.intendedUs);
      expect(row.endUs).toBeGreaterThan(row.sentUs as number);
      expect(row.connectedUs === null).toBe(row.connectionUse > 1);
      expect(row.address).toBe(`127.0.0.1:${port}`);
    }
  });

  test('is one, of several engines; numbers of connections are unique in it', async () => {
    const { port, books } = await start('good');
    const lanes = [
      autocannonLane({ name: 'theirs', requests: 200 }),
      laneOf({ name: 'ours', requests: 200 }),
      autocannonLane({ name: 'more', requests: 200, rate: 100 }),
    ];
    const { rows, counts, errors } = await runEngines({ lanes, route: addressOf(port) });
    expect(errors).toEqual([]);
    expect(counts.map(({ lane, ok }) => [lane, ok])).toEqual([
      ['theirs', 200],
      ['ours', 200],
      ['more', 200],
    ]);
    const lanesOf = Map.groupBy(rows, ({ connection }) => connection).values();
    for (const own of lanesOf) expect(new Set(own.map(({ lane }) => lane)).size).toBe(1);
    expect(entriesOf(await books()).size).toBe(600);
  });
});

describe('ends', () => {
  test('stop lets what is under way come to its end, and nothing is sent after it', async () => {
    const { port, books } = await start('good');
    const lanes = [autocannonLane({ name: 'full' }), autocannonLane({ name: 'paced', rate: 20, connections: 5 })];
    const { rows, counts } = await runEngines({
      lanes,
      route: addressOf(port),
      until: async (traffic) => {
        while (traffic.counts().some(({ ok }) => ok < 30)) await new Promise((resolve) => setTimeout(resolve, 10));
        await traffic.stop();
      },
    });
    expect(countOf(rows, 'ok')).toBe(rows.length);
    expect(counts.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    expect(entriesOf(await books()).size).toBe(rows.length);
  });

  test('abort writes what is under way as unanswered', async () => {
    const port = await listen((socket, nth) => {
      if (nth < 50) socket.write(good);
    });
    const { rows, counts } = await runEngines({
      lanes: [autocannonLane({ connections: 7 })],
      route: addressOf(port),
      until: async (traffic) => {
        while (traffic.counts().some(({ ok, inFlight }) => ok < 50 || inFlight < 7))
          await new Promise((resolve) => setTimeout(resolve, 10));
        await traffic.abort();
      },
    });
    expect(countOf(rows, 'ok')).toBe(50);
    expect(countOf(rows, 'unanswered')).toBe(7);
    expect(counts).toMatchObject([{ ok: 50, unanswered: 7, inFlight: 0 }]);
  });
});

describe('what it refuses', () => {
  test.each([
    [{ connection: 'fresh' as const }, /connection: autocannon keeps/],
    [{ rate: 1.5 }, /rate: autocannon takes whole numbers/],
    [{ arrivals: 'poisson' as const }, /burst/],
  ])('%j', async (differences, words) => {
    await expect(runEngines({ lanes: [autocannonLane(differences)], route: addressOf(1) })).rejects.toThrow(words);
  });

  test('a server whose certificate it would not look at', async () => {
    const route = { kind: 'address', url: 'https://127.0.0.1:1/' } as const;
    await expect(runEngines({ lanes: [autocannonLane()], route })).rejects.toThrow(/does not verify/);
  });
});
