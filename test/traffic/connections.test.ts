import { afterEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Session } from '../../runner/traffic/lane.ts';
import type { Route } from '../../targets/target.ts';
import { addressOf, laneOf, runLanes } from './run-lanes.ts';
import { good, later, type Request, SmallServer } from './small-server.ts';

let server: SmallServer;
afterEach(() => server.close());

async function serve(answer: (request: Request) => void): Promise<number> {
  server = new SmallServer(answer);
  return server.listen();
}

const byIntention = (rows: Attempt[]) => [...rows].sort((a, b) => a.intendedUs - b.intendedUs);

describe('kept connections', () => {
  test('are used in turn', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const lane = laneOf({ connection: 'kept', connections: 4, overflow: 0, rate: 100, requests: 40 });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    const uses = new Map<number | null, number>();
    for (const row of rows) uses.set(row.connection, (uses.get(row.connection) ?? 0) + 1);
    expect(uses.size).toBe(4);
    // Ten each, but for answers that overtake another where the machine is busy.
    for (const count of uses.values()) expect(count).toBeGreaterThanOrEqual(7);
    expect(server.clients.length).toBe(4);
    expect(rows.every((row) => (row.connectedUs === null) === row.connectionUse > 1)).toBe(true);
    expect(rows.every((row) => (row.idleUs === null) === (row.connectionUse === 1))).toBe(true);
  });

  test('that are all busy are helped out by others, up to a cap, and then waited for', async () => {
    const held: Request[] = [];
    const port = await serve((request) => {
      held.push(request);
      if (held.length === 5)
        later(100, () => {
          for (const { socket } of held) socket.write(good);
        });
      if (held.length > 5) request.socket.write(good);
    });
    const lane = laneOf({ connection: 'kept', connections: 2, overflow: 3, rate: 1_000, requests: 8 });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    const inOrder = byIntention(rows);
    expect(inOrder.map((row) => row.overflow).slice(0, 5)).toEqual([false, false, true, true, true]);
    for (const row of inOrder.slice(5)) {
      expect(row.outcome).toBe('ok');
      expect((row.sentUs as number) - row.readyUs).toBeGreaterThan(50_000);
      expect(row.connectionUse).toBeGreaterThan(row.overflow ? 0 : 1);
    }
    const sentInOrder = inOrder.slice(5).map((row) => row.sentUs as number);
    expect(sentInOrder).toEqual([...sentInOrder].sort((a, b) => a - b));
  });

  test('that never come free fail what waits, after the time that a connection may take', async () => {
    const port = await serve(({ socket }) => later(1_500, () => socket.write(good)));
    const limits = { connectUs: 300_000, tlsUs: 30e6, headersUs: 30e6, bodyUs: 30e6 };
    const lane = laneOf({ connection: 'kept', connections: 1, overflow: 0, rate: 100, requests: 3, limits });
    const { rows, counts } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(byIntention(rows).map((row) => row.outcome)).toEqual(['ok', 'timeout', 'timeout']);
    expect(rows.find((row) => row.outcome === 'timeout')).toMatchObject({
      phase: 'connect',
      sentUs: null,
      handled: 'no',
    });
    expect(counts[0]).toMatchObject({ planned: 3, sent: 3, ok: 1, failed: 2, inFlight: 0 });
  });

  test('live for so many requests', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const life = { requests: 5, ageUs: null };
    const lane = laneOf({ connection: 'kept', connections: 2, overflow: 0, rate: 200, requests: 40, life });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(rows.every((row) => row.outcome === 'ok' && row.connectionUse <= 5)).toBe(true);
    // 40 / 5, and one more where the two did not get the same number.
    expect(server.clients.length === 8 || server.clients.length === 9).toBe(true);
  });

  test('live for so long', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const life = { requests: null, ageUs: 200_000 };
    const lane = laneOf({ connection: 'kept', connections: 1, overflow: 0, rate: 50, requests: 50, life });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(rows.every((row) => row.outcome === 'ok')).toBe(true);
    expect(server.clients.length).toBeGreaterThan(2);
    expect(server.clients.length).toBeLessThan(7);
  });

  test('fail the attempt before them when bytes come that nobody asked for, and count it once', async () => {
    const port = await serve(({ socket, use }) => {
      socket.write(good);
      if (use === 2) setImmediate(() => socket.write('more'));
    });
    const lane = laneOf({ connection: 'kept', connections: 1, overflow: 0, rate: 5, requests: 5 });
    const { rows, counts } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(byIntention(rows).map((row) => row.outcome)).toEqual(['ok', 'surplus', 'ok', 'surplus', 'ok']);
    expect(byIntention(rows).map((row) => row.connectionUse)).toEqual([1, 2, 1, 2, 1]);
    expect(counts[0]).toMatchObject({ planned: 5, ok: 3, failed: 2 });
  });

  test('that were closed while idle are opened again by the next attempt, without a failure', async () => {
    const port = await serve(({ socket }) => {
      socket.write(good);
      later(20, () => socket.end());
    });
    const lane = laneOf({ connection: 'kept', connections: 2, overflow: 0, rate: 10, requests: 10 });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(rows.every((row) => row.outcome === 'ok' && row.connectionUse === 1)).toBe(true);
    expect(server.clients.length).toBe(10);
  });

  test('send without a pause on each of them where the lane is unpaced', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const lane = laneOf({ connection: 'kept', connections: 5, rate: 'unpaced', requests: 2_000 });
    const { rows, counts } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(counts[0]).toMatchObject({ planned: 2_000, ok: 2_000, inFlight: 0 });
    expect(server.clients.length).toBe(5);
    expect(rows.every((row) => row.readyUs === row.intendedUs && !row.overflow)).toBe(true);
  });
});

describe('visitors', () => {
  const session: Session = { page: '/', assets: ['/app.js', '/app.css'], connections: 'one', pauseUs: 0 };

  test('ask for a page and its assets on one connection, with their cookies', async () => {
    const port = await serve(({ socket, path, connection }) => {
      const cookie =
        path === '/' ? `set-cookie: who=${connection}; Path=/\r\nset-cookie: css=1; Path=/app.css\r\n` : '';
      socket.write(`HTTP/1.1 200 OK\r\n${cookie}content-length: 0\r\n\r\n`);
    });
    const lane = laneOf({ connection: 'session', session, rate: 50, requests: 10 });
    const { rows, counts } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(counts[0]).toMatchObject({ planned: 30, ok: 30 });
    expect(new Set(rows.map((row) => row.session)).size).toBe(10);
    expect(server.clients.length).toBe(10);
    for (const { path, headers, connection } of server.requests) {
      const who = `who=${connection}`;
      expect(headers.get('cookie')).toBe(path === '/' ? undefined : path === '/app.js' ? who : `${who}; css=1`);
    }
  });

  test('leave when the page fails, and open a connection again that was closed as announced', async () => {
    const port = await serve(({ socket, path, connection }) => {
      if (connection === 1) socket.end('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n');
      else if (path === '/') socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      else socket.write(good);
    });
    const lane = laneOf({ connection: 'session', session, rate: 5, requests: 2 });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(byIntention(rows).map(({ path, outcome, connectionUse }) => [path, outcome, connectionUse])).toEqual([
      ['/', 'status', 1],
      ['/', 'ok', 1],
      ['/app.js', 'ok', 1],
      ['/app.css', 'ok', 2],
    ]);
  });
});

describe('visitors that find the assets in the page', () => {
  const page = '<script src="app.1.js"></script><link rel=stylesheet href="/style.1.css"><a href="/other">';
  const session: Session = { page: '/shop/', assets: 'auto', connections: 'one', pauseUs: 0 };
  const typed = (type: string, body: string) =>
    `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

  test('ask for each of them, and take none that came as something else', async () => {
    const port = await serve(({ path, socket }) => {
      if (path === '/shop/') socket.write(typed('text/html; charset=utf-8', page));
      else if (path === '/shop/app.1.js') socket.write(typed('text/html', page));
      else socket.write(typed('text/css', 'p {}'));
    });
    const lane = laneOf({ connection: 'session', session, rate: 50, requests: 5 });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    const of = (path: string) =>
      rows.filter((row) => row.path === path).map(({ outcome, detail }) => [outcome, detail]);
    expect(rows).toHaveLength(15);
    expect(of('/shop/')).toEqual(Array(5).fill(['ok', null]));
    expect(of('/style.1.css')).toEqual(Array(5).fill(['ok', null]));
    expect(of('/shop/app.1.js')).toEqual(Array(5).fill(['invalid', 'content-type text/html for a script']));
    expect(new Set(rows.map(({ connection }) => connection)).size).toBe(5);
  });

  test('over a connection for each, after a pause', async () => {
    const port = await serve(({ path, socket }) =>
      socket.write(path === '/shop/' ? typed('text/html', page) : typed('text/plain', 'x')),
    );
    const lane = laneOf({
      connection: 'session',
      session: { ...session, connections: 'each', pauseUs: 300_000 },
      rate: 50,
      requests: 3,
    });
    const { rows } = await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(rows).toHaveLength(9);
    expect(new Set(rows.map(({ connection }) => connection)).size).toBe(9);
    for (const row of rows.filter(({ path }) => path === '/shop/app.1.js')) {
      const came = rows.find(({ id }) => id === row.session);
      expect(row.intendedUs - (came?.endUs ?? 0)).toBeGreaterThanOrEqual(300_000);
    }
  });
});

describe('lanes with a Service of their own', () => {
  test('go there, the others to the main one', async () => {
    const hosts = new Map<string, Set<string>>();
    const port = await serve(({ socket }) => socket.write(good));
    const route = (pod: string): Route => ({
      kind: 'choice',
      endpoints: () => [{ host: '127.0.0.1', port, pod }],
      onChange: () => () => {},
      url: `http://${pod}:80`,
    });
    const lanes = [
      laneOf({ name: 'main', requests: 20 }),
      laneOf({ name: 'login', requests: 20, service: 'login' }),
      laneOf({ name: 'post', requests: 20, service: 'post' }),
    ];
    const services = new Map([
      ['login', route('of-login')],
      ['post', route('of-post')],
    ]);
    const { rows } = await runLanes({ lanes, route: route('of-main'), services });
    for (const { lane, pod } of rows) hosts.set(lane, (hosts.get(lane) ?? new Set()).add(pod ?? ''));
    expect([...hosts]).toHaveLength(3);
    for (const [lane, pods] of hosts) expect([...pods]).toEqual([`of-${lane}`]);
  });
});

describe('the way to the server', () => {
  test('starts from local ends of the run alone, each used once', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const lane = laneOf({ rate: 500, requests: 300 });
    await runLanes({ lanes: [lane], route: addressOf(port), threads: 2 });
    await runLanes({ lanes: [lane], route: addressOf(port) });
    expect(server.clients.length).toBe(600);
    expect(new Set(server.clients).size).toBe(600);
    if (process.platform !== 'linux') return;
    const blocks = server.clients.map((client) => /^127\.(?!0\.)\d+\.\d+/.exec(client)?.[0]);
    expect(new Set(blocks.slice(0, 300)).size).toBe(1);
    expect(new Set(blocks.slice(300)).size).toBe(1);
    expect(blocks[0]).not.toBe(blocks[300]);
    expect(new Set(server.clients.slice(0, 300).map((client) => client.split(':')[0])).size).toBe(2);
    const ports = server.clients.slice(300).map((client) => Number(client.split(':')[1]));
    expect(Math.min(...ports)).toBe(1_024);
    expect(Math.max(...ports)).toBe(1_024 + 299);
  });

  test('leads to any endpoint with equal chance, follows changes, and is refused where there is none', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const pods = ['a', 'b', 'c'].map((pod) => ({ host: '127.0.0.1', port, pod }));
    let tell: (endpoints: typeof pods) => void = () => {};
    const route = {
      kind: 'choice' as const,
      url: 'http://app.test:8888',
      endpoints: () => pods,
      onChange: (listener: typeof tell) => {
        tell = listener;
        return () => {};
      },
    };
    const lane = laneOf({ rate: 1_000 });
    const { rows } = await runLanes({
      lanes: [lane],
      route,
      async until(traffic) {
        while ((traffic.counts()[0]?.planned ?? 0) < 900) await new Promise((resolve) => setTimeout(resolve, 5));
        tell([]);
        while ((traffic.counts()[0]?.failed ?? 0) < 20) await new Promise((resolve) => setTimeout(resolve, 5));
        await traffic.stop();
      },
    });
    const good900 = rows.filter((row) => row.outcome === 'ok');
    for (const { pod } of pods) {
      const share = good900.filter((row) => row.pod === pod).length / good900.length;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.1);
    }
    expect(good900[0]).toMatchObject({ replicaSource: 'connection', replica: good900[0]?.pod });
    const refused = rows.filter((row) => row.outcome !== 'ok');
    expect(refused.length).toBeGreaterThanOrEqual(20);
    for (const row of refused)
      expect(row).toMatchObject({ outcome: 'refused', phase: 'connect', detail: 'no endpoints', handled: 'no' });
    expect(server.requests[0]?.headers.get('host')).toBe('app.test:8888');
  });

  test('can be a name, looked up by the system', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    const route = { kind: 'address' as const, url: `http://localhost:${port}` };
    const { rows } = await runLanes({ lanes: [laneOf({ requests: 5 })], route });
    expect(rows.map((row) => row.outcome)).toEqual(new Array(5).fill('ok'));
  });

  test('that cannot be resolved fails in that phase', async () => {
    await serve(() => {});
    const route = { kind: 'address' as const, url: 'http://no-such-host.invalid:80' };
    const { rows } = await runLanes({ lanes: [laneOf({ requests: 3 })], route });
    for (const row of rows) expect(row).toMatchObject({ outcome: 'unreachable', phase: 'resolve', handled: 'no' });
  });
});
