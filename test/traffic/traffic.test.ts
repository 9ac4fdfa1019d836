import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import { prepareTraffic } from '../../runner/traffic/traffic.ts';
import { addressOf, laneOf, runLanes } from './run-lanes.ts';
import { good, later, type Request, SmallServer } from './small-server.ts';

let server: SmallServer | undefined;
afterEach(() => server?.close());

async function serve(answer: (request: Request) => void): Promise<number> {
  server = new SmallServer(answer);
  return server.listen();
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test('an attempt says who answered, and when each thing happened', async () => {
  const body = '{"hello":"world","name":"Z2vTvgmxb0","counter":7}';
  const port = await serve(({ socket }) =>
    socket.write(`HTTP/1.1 200 OK\r\nX-Version: v0.0.2\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
  );
  const identity = { replica: 'body:/name', version: 'header:x-version', counter: 'body:/counter' };
  const beforeUs = nowUs();
  const { rows } = await runLanes({ lanes: [laneOf({ requests: 1 })], route: addressOf(port), identity });
  const [row] = rows;
  expect(row).toMatchObject({
    lane: 'lane',
    session: null,
    connectionUse: 1,
    overflow: false,
    method: 'GET',
    path: '/',
    status: 200,
    outcome: 'ok',
    phase: null,
    replica: 'Z2vTvgmxb0',
    replicaSource: 'answer',
    pod: null,
    version: 'v0.0.2',
    counter: 7,
    handled: 'yes',
    idleUs: null,
  });
  const times = [row?.intendedUs, row?.readyUs, row?.sentUs, row?.connectedUs, row?.firstByteUs, row?.endUs];
  expect(times).toEqual([...times].sort((a, b) => (a as number) - (b as number)));
  expect(row?.intendedUs).toBeGreaterThan(beforeUs);
  expect(row?.endUs).toBeLessThan(nowUs());
  const [request] = server?.requests ?? [];
  expect(request?.headers.get('x-hitless-id')).toBe(row?.id);
  expect(request?.headers.get('x-request-id')).toBe(row?.id);
});

test('a spinning lane sends to its plan, no request before it is due, and rests beside one that does not spin', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const lanes = [
    laneOf({ name: 'exact', connection: 'kept', connections: 5, rate: 1_000, requests: 300, spin: true }),
    laneOf({ name: 'ordinary', rate: 100, requests: 30 }),
  ];
  const { rows } = await runLanes({ lanes, route: addressOf(port) });
  expect(rows.map(({ lane }) => lane).filter((lane) => lane === 'exact')).toHaveLength(300);
  expect(rows).toHaveLength(330);
  expect(rows.every(({ outcome }) => outcome === 'ok')).toBe(true);
  expect(rows.every(({ readyUs, intendedUs }) => readyUs >= intendedUs)).toBe(true);
});

test('each limit fails the attempt in its own phase', async () => {
  const port = await serve(({ socket, path }) => {
    if (path === '/body') socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx');
  });
  const limits = { connectUs: 2e6, tlsUs: 2e6, headersUs: 300_000, bodyUs: 200_000 };
  const lanes = ['/headers', '/body'].map((path) =>
    laneOf({ name: path.slice(1), requests: 2, limits, request: { method: 'GET', path, headers: {}, body: null } }),
  );
  const { rows } = await runLanes({ lanes, route: addressOf(port) });
  expect(rows.length).toBe(4);
  for (const row of rows) {
    expect(row).toMatchObject({ outcome: 'timeout', phase: row.lane });
    const limitUs = row.lane === 'body' ? limits.bodyUs : limits.headersUs;
    expect(row.endUs - (row.firstByteUs ?? row.connectedUs ?? 0)).toBeGreaterThanOrEqual(limitUs - 2_000);
  }
});

test('a body goes out with its length, and other headers as the lane says', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const headers = { Host: 'shop.test', 'User-Agent': 'tutorial', 'content-type': 'text/plain' };
  const request = { method: 'POST', path: '/buy?n=1', headers, body: 'zwölf' };
  await runLanes({ lanes: [laneOf({ requests: 1, request })], route: addressOf(port) });
  const [got] = server?.requests ?? [];
  expect(got).toMatchObject({ method: 'POST', path: '/buy?n=1' });
  expect(got?.headers.get('content-length')).toBe('6');
  expect(got?.headers.get('host')).toBe('shop.test');
  expect(got?.headers.get('user-agent')).toBe('tutorial');
});

describe('what must not go out is refused before anything starts', () => {
  const request = { method: 'GET', path: '/', headers: {}, body: null };
  test.each([
    ['a line break in a header', { ...request, headers: { 'x-a': '1\r\nx-b: 2' } }],
    ['a line break in a path', { ...request, path: '/ HTTP/1.1\r\nhost: evil' }],
    ['a space in a path', { ...request, path: '/a b' }],
    ['a header name with a colon', { ...request, headers: { 'x:a': '1' } }],
    ['an id of its own', { ...request, headers: { 'X-Request-Id': '1' } }],
    ['a method that is no word', { ...request, method: 'GET /' }],
  ])('%s', async (_, wrong) => {
    const run = runLanes({ lanes: [laneOf({ request: wrong })], route: addressOf(1) });
    await expect(run).rejects.toThrow(HitlessError);
    await expect(run).rejects.toMatchObject({ code: 'HITLESS_REQUEST', blame: 'usage' });
  });

  test('a JSON Schema that is none', async () => {
    const expectation = { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: { type: 'word' } };
    const run = runLanes({ lanes: [laneOf({ expect: expectation })], route: addressOf(1) });
    await expect(run).rejects.toMatchObject({ code: 'HITLESS_LANE_SCHEMA' });
  });

  test('an address of another protocol', async () => {
    const run = runLanes({ lanes: [laneOf()], route: { kind: 'address', url: 'ftp://127.0.0.1:1' } });
    await expect(run).rejects.toMatchObject({ code: 'HITLESS_ROUTE' });
  });
});

describe('at the end', () => {
  test('stop waits for what is under way', async () => {
    const port = await serve(({ socket }) => later(400, () => socket.write(good)));
    const { rows, counts } = await runLanes({
      lanes: [laneOf({ rate: 100 })],
      route: addressOf(port),
      async until(traffic) {
        await until(() => (traffic.counts()[0]?.inFlight ?? 0) >= 10);
        await traffic.stop();
      },
    });
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(rows.every((row) => row.outcome === 'ok')).toBe(true);
    expect(counts[0]).toMatchObject({ planned: rows.length, sent: rows.length, ok: rows.length, inFlight: 0 });
  });

  test('abort writes what is under way as unanswered, and what waits as unsent', async () => {
    const port = await serve(({ socket, connection, use }) => {
      if (connection === 1 && use === 1) socket.write(good);
    });
    const lanes = [
      laneOf({ name: 'fresh', rate: 100 }),
      laneOf({ name: 'kept', connection: 'kept', connections: 2, overflow: 1, rate: 100 }),
    ];
    const { rows, counts, errors } = await runLanes({
      lanes,
      route: addressOf(port),
      async until(traffic) {
        await until(() => traffic.counts().every(({ planned, inFlight }) => planned >= 8 && inFlight >= 3));
        await traffic.abort();
      },
    });
    expect(errors).toEqual([]);
    for (const lane of counts) {
      const own = rows.filter((row) => row.lane === lane.lane);
      expect(own.length).toBe(lane.planned);
      expect(lane.planned).toBe(lane.sent + lane.unsent);
      expect(lane.sent).toBe(lane.ok + lane.failed + lane.unanswered);
      expect(lane).toMatchObject({ failed: 0, inFlight: 0 });
      expect(lane.unanswered).toBe(own.filter((row) => row.outcome === 'unanswered').length);
      expect(lane.unanswered).toBeGreaterThanOrEqual(3);
    }
    expect(rows.find((row) => row.outcome === 'unanswered')).toMatchObject({ phase: 'headers', handled: 'unknown' });
  });

  test('abort ends a stop that waits', async () => {
    const port = await serve(() => {});
    const { rows } = await runLanes({
      lanes: [laneOf({ rate: 100, requests: 3 })],
      route: addressOf(port),
      async until(traffic) {
        await until(() => traffic.counts()[0]?.inFlight === 3);
        const stopped = traffic.stop();
        await traffic.abort();
        await stopped;
      },
    });
    expect(rows.map((row) => row.outcome)).toEqual(['unanswered', 'unanswered', 'unanswered']);
  });

  test('what was due before the stop is sent, however late the generator is', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    let fromUs = 0;
    let stopUs = 0;
    const { rows } = await runLanes({
      lanes: [laneOf({ rate: 2_000 })],
      route: addressOf(port),
      async until(traffic) {
        await until(() => (traffic.counts()[0]?.planned ?? 0) > 500);
        stopUs = nowUs();
        await traffic.stop();
      },
    });
    fromUs = Math.min(...rows.map((row) => row.intendedUs));
    expect(Math.abs(rows.length - (1 + Math.floor((stopUs - fromUs) / 500)))).toBeLessThanOrEqual(1);
  });
});

test('several threads send one plan, with ids and connections of their own', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const lanes = [
    laneOf({ name: 'fresh', rate: 300, requests: 200 }),
    laneOf({ name: 'kept', connection: 'kept', connections: 2, rate: 300, requests: 201 }),
    laneOf({ name: 'loop', connection: 'kept', connections: 4, rate: 'unpaced', requests: 301 }),
  ];
  const { rows, counts } = await runLanes({ lanes, route: addressOf(port), threads: 3 });
  expect(counts.map(({ planned, ok }) => [planned, ok])).toEqual([
    [200, 200],
    [201, 201],
    [301, 301],
  ]);
  expect(new Set(rows.map((row) => row.id)).size).toBe(702);
  const fresh = rows
    .filter((row) => row.lane === 'fresh')
    .map((row) => row.intendedUs)
    .sort((a, b) => a - b);
  for (const [n, us] of fresh.entries()) expect(Math.abs(us - (fresh[0] as number) - n * (1e6 / 300))).toBeLessThan(2);
  const connections = rows.filter((row) => row.connectionUse === 1).map((row) => row.connection);
  expect(new Set(connections).size).toBe(connections.length);
});

test.skipIf(process.platform !== 'linux')('a record that cannot be written is an error', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const folder = mkdtempSync(join(tmpdir(), 'hitless-full-'));
  const attemptsFile = join(folder, 'attempts.arrows');
  const failed = Promise.withResolvers<Error>();
  // The threads open the file anew: by then it is a disk that is full, as Linux has one for tests.
  const traffic = prepareTraffic({
    lanes: [laneOf()],
    identity: {},
    route: addressOf(port),
    seed: 1,
    attemptsFile,
    onEvent: () => {},
    onError: failed.resolve,
  });
  await until(() => existsSync(attemptsFile));
  rmSync(attemptsFile);
  symlinkSync('/dev/full', attemptsFile);
  (await traffic).start();
  expect(await failed.promise).toMatchObject({ code: 'HITLESS_RECORD_WRITE' });
  await (await traffic).stop();
  rmSync(folder, { recursive: true });
});
