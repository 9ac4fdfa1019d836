import { afterEach, expect, test } from 'vitest';
import { reconcile, strict } from '../reconcile.ts';
import { addressOf, runLanes } from '../run-lanes.ts';
import { later, type Request } from '../small-server.ts';
import { type MisbehavingServer, startServer } from '../start-server.ts';
import { answerOf, flowLane, inOrder, runFlow } from './run-flow.ts';

let server: MisbehavingServer | undefined;
afterEach(() => server?.kill());

test.each([
  ['visitors who come by a plan', { rate: 400, requests: 1_200 }],
  ['300 visitors at once', { rate: 'unpaced', connections: 300, requests: 2_400 }],
] as const)('a server that misbehaves by a ledger loses nothing on %s', async (_, load) => {
  // Often: on a fast machine most of the visitors who come at once are served in the first half second.
  server = await startServer({ mode: 'mixed', closedMs: 20, everyMs: 100 });
  const lane = flowLane('four', { ...strict, ...load });
  const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
  expect(ran.rows.length).toBe(4 * load.requests);
  reconcile(ran, await server.books());
});

test('nor where each visitor asks for several things at once', async () => {
  server = await startServer({ mode: 'mixed', closedMs: 0, everyMs: 0 });
  const lane = flowLane('together', { ...strict, rate: 200, requests: 250 });
  const ran = await runLanes({ lanes: [lane], route: addressOf(server.port) });
  expect(ran.rows.length).toBe(2_000);
  reconcile(ran, await server.books());
  const used = new Map<string, Set<number | null>>();
  for (const { session, connection } of ran.rows)
    used.set(session as string, (used.get(session as string) ?? new Set()).add(connection));
  for (const connections of used.values()) expect(connections.size).toBeGreaterThanOrEqual(6);
});

/** A shop that knows its visitors by a cookie, and answers none before so many have come. */
function membersOnly(together: number): (request: Request) => void {
  const waiting: (() => void)[] = [];
  const names = new Map<string, string>();
  let come = 0;
  return ({ method, path, body, headers, socket }) => {
    if (method === 'POST' && path === '/login') {
      const key = `k${names.size}`;
      names.set(key, JSON.parse(body).name);
      waiting.push(() => socket.write(answerOf('200 OK', 'in', `set-cookie: key=${key}; Path=/`)));
      come++;
      if (come >= together) for (const answer of waiting.splice(0)) answer();
      return;
    }
    const name = names.get(headers.get('cookie')?.replace('key=', '') ?? '') ?? 'nobody';
    later(5, () => socket.write(answerOf('200 OK', JSON.stringify({ name }))));
  };
}

test('300 visitors at once keep their cookies apart and their order', async () => {
  const lane = flowLane('members', { rate: 'unpaced', connections: 300, requests: 300 });
  const { rows, counts, requests, errors, events } = await runFlow(lane, { answer: membersOnly(300) });
  expect(errors).toEqual([]);
  expect(counts[0]).toMatchObject({ planned: 1_200, sent: 1_200, ok: 1_200, failed: 0, unsent: 0, inFlight: 0 });
  expect(requests.length).toBe(1_200);
  // The ledger and the record tell of the same requests.
  expect(new Set(requests.map(({ headers }) => headers.get('x-hitless-id')))).toEqual(
    new Set(rows.map(({ id }) => id)),
  );
  const visitors = Map.groupBy(rows, ({ session }) => session);
  expect(visitors.size).toBe(300);
  const came = new Map(requests.map(({ headers }, place) => [headers.get('x-hitless-id'), place]));
  for (const [session, own] of visitors) {
    const ordered = inOrder(own);
    expect(ordered.map(({ id, path }) => [id, path])).toEqual([
      [`${session}.1`, '/login'],
      [`${session}.2`, '/me/1'],
      [`${session}.3`, '/me/2'],
      [`${session}.4`, '/me/3'],
    ]);
    const places = ordered.map(({ id }) => came.get(id) as number);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(own.map(({ connection }) => connection)).size).toBe(1);
    expect(ordered.map(({ connectionUse }) => connectionUse)).toEqual([1, 2, 3, 4]);
  }
  expect(new Set(rows.map(({ connection }) => connection)).size).toBe(300);
  expect(events).toEqual([]);
});

test('a visitor that the server takes for another fails the request about it, with the words', async () => {
  const mixesUp = ({ method, socket }: Request) =>
    socket.write(answerOf('200 OK', method === 'POST' ? 'in' : '{"name":"visitor 7"}'));
  const lane = flowLane('members', { rate: 100, requests: 10 });
  const { rows, counts, errors } = await runFlow(lane, { answer: mixesUp });
  expect(errors).toEqual([]);
  const failed = rows.filter(({ outcome }) => outcome !== 'ok');
  expect(counts[0]).toMatchObject({ failed: 9, ok: 10 + 3 });
  expect(failed.length).toBe(9);
  for (const { outcome, phase, detail, path, status, handled } of failed)
    expect({ outcome, phase, path, status, handled }).toEqual({
      outcome: 'invalid',
      phase: 'validate',
      path: '/me/1',
      status: 200,
      handled: 'yes',
      ...(detail?.match(/^the server takes visitor \d for visitor 7$/) ? {} : { detail }),
    });
});
