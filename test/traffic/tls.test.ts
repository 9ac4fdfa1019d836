import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Session } from '../../runner/traffic/lane.ts';
import type { TlsSettings } from '../../targets/tls.ts';
import { Authority, type Pair } from '../certificates.ts';
import { laneOf, runLanes } from './run-lanes.ts';

let authority: Authority;
let pair: Pair;
let ca: string;
beforeAll(async () => {
  authority = await Authority.make();
  pair = await authority.leaf();
  ca = authority.pair.cert;
});

let server: Server;
/** Of each connection that came. */
let seen: { socket: TLSSocket; isResumed: boolean; ended: boolean }[];
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function serve(options: ServerOptions = {}): Promise<number> {
  seen = [];
  server = createServer({ ...pair, ...options }, (request, response) => {
    response.setHeader('set-cookie', 'who=me; Secure; Path=/');
    response.end(request.headers.cookie ?? 'no cookie');
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const one = { socket, isResumed: socket.isSessionReused(), ended: false };
    socket.on('end', () => {
      one.ended = true;
    });
    seen.push(one);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const routeTo = (port: number, tls: TlsSettings = { ca }) => ({
  kind: 'address' as const,
  url: `https://localhost:${port}`,
  tls,
  addresses: ['127.0.0.1'],
});

const resumedOf = (rows: Attempt[]) => inOrder(rows).map(({ resumed }) => resumed);
const inOrder = (rows: Attempt[]) => [...rows].sort((a, b) => a.readyUs - b.readyUs);

describe('a connection with TLS', () => {
  test('is timed by phase, and a kept one is secured once', async () => {
    const port = await serve();
    const lane = laneOf({ connection: 'kept', connections: 2, overflow: 0, rate: 20, requests: 10 });
    const { rows } = await runLanes({ lanes: [lane], route: routeTo(port) });
    expect(rows.map(({ outcome }) => outcome)).toEqual(new Array(10).fill('ok'));
    for (const row of rows) {
      expect(row.address).toBe(`127.0.0.1:${port}`);
      expect(row.resolveUs).toBe(null);
      expect(row.securedUs === null).toBe(row.connectionUse > 1);
      if (row.securedUs === null) continue;
      const times = [row.sentUs, row.connectedUs, row.securedUs, row.firstByteUs, row.endUs] as number[];
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    expect(seen.length).toBe(2);
    expect(seen.every(({ socket }) => socket.alpnProtocol === 'http/1.1')).toBe(true);
  });

  test('does a full handshake each time, unless sessions are to be reused', async () => {
    const port = await serve();
    const lane = laneOf({ rate: 20, requests: 8 });
    const { rows } = await runLanes({ lanes: [lane], route: routeTo(port) });
    expect(seen.map(({ isResumed }) => isResumed)).toEqual(new Array(8).fill(false));
    expect(rows.map(({ resumed }) => resumed)).toEqual(new Array(8).fill(false));
    seen = [];
    const route = routeTo(port, { ca, reuse: true });
    const again = await runLanes({ lanes: [{ ...lane, rate: 2, requests: 3 }], route });
    expect(seen[0]?.isResumed).toBe(false);
    expect(seen.filter(({ isResumed }) => isResumed).length).toBeGreaterThan(0);
    expect(resumedOf(again.rows)).toEqual(seen.map(({ isResumed }) => isResumed));
  });

  test('reuses sessions in the lanes that say so, whatever the route says, and tells which were', async () => {
    const port = await serve();
    const lane = laneOf({ rate: 'unpaced', connections: 1, requests: 4 });
    const lanes = [
      { ...lane, name: 'again', tls: { reuse: true } },
      { ...lane, name: 'new', tls: { reuse: false } },
    ];
    for (const reuse of [false, true]) {
      seen = [];
      const { rows } = await runLanes({ lanes, route: routeTo(port, { ca, reuse }) });
      const of = (name: string) => resumedOf(rows.filter((row) => row.lane === name));
      expect(of('new')).toEqual([false, false, false, false]);
      expect(of('again')[0]).toBe(false);
      expect(of('again').filter(Boolean).length).toBeGreaterThan(0);
      const count = rows.filter(({ resumed }) => resumed).length;
      expect(seen.filter(({ isResumed }) => isResumed).length).toBe(count);
    }
  });

  test('tells the server that it ends', async () => {
    const port = await serve();
    await runLanes({ lanes: [laneOf({ rate: 10, requests: 3 })], route: routeTo(port) });
    while (!seen.every(({ ended }) => ended)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.length).toBe(3);
  });

  test("shows the client's certificate", async () => {
    const client = await authority.leaf({ names: ['client'] });
    const port = await serve({ ca, requestCert: true, rejectUnauthorized: true });
    const { rows } = await runLanes({
      lanes: [laneOf({ requests: 2, rate: 5 })],
      route: routeTo(port, { ca, ...client }),
    });
    expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  test('takes any certificate where it is told to, and that of another name', async () => {
    const elsewhere = await authority.leaf({ names: ['elsewhere.test'] });
    const port = await serve(elsewhere);
    const lanes = [laneOf({ requests: 2, rate: 5 })];
    for (const tls of [{ insecure: true }, { ca, servername: 'elsewhere.test' }]) {
      const { rows } = await runLanes({ lanes, route: routeTo(port, tls) });
      expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    }
    const { rows } = await runLanes({ lanes, route: routeTo(port) });
    for (const row of rows)
      expect(row).toMatchObject({ outcome: 'invalid', phase: 'tls', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('is not trusted because NODE_TLS_REJECT_UNAUTHORIZED says so', async () => {
    const port = await serve();
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const { rows } = await runLanes({ lanes: [laneOf({ requests: 1 })], route: routeTo(port, {}) });
      expect(rows[0]).toMatchObject({ outcome: 'invalid', phase: 'tls', handled: 'no' });
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});

test('visitors keep cookies that are for TLS alone', async () => {
  const port = await serve();
  const session: Session = { page: '/', assets: ['/a'], connections: 'one', pauseUs: 0 };
  const expect200 = { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: null };
  const lane = laneOf({ connection: 'session', session, rate: 5, requests: 2, expect: expect200 });
  const { rows } = await runLanes({ lanes: [lane], route: routeTo(port) });
  const sizes = inOrder(rows).map(({ path, bytes }) => [path, bytes]);
  const assets = sizes.filter(([path]) => path === '/a').map(([, bytes]) => bytes as number);
  const pages = sizes.filter(([path]) => path === '/').map(([, bytes]) => bytes as number);
  // `who=me` is three bytes shorter than `no cookie`.
  expect(assets).toEqual(pages.map((bytes) => bytes - 3));
});
