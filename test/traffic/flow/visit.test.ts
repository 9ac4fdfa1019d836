import { describe, expect, test } from 'vitest';
import { good, type Request } from '../small-server.ts';
import { answerOf, flowLane, inOrder, runFlow } from './run-flow.ts';

const asked = (requests: readonly Request[]) => requests.map(({ method, path }) => `${method} ${path}`);

/** Answers by path, and all else with 200. */
const by =
  (answers: Record<string, string>) =>
  ({ path, socket }: Request) =>
    socket.write(answers[path] ?? good);

const bad = answerOf('503 Oh', 'no', 'x-why: tired');

describe('an answer that is not good', () => {
  test('ends the visit, and has failed in the record', async () => {
    const ran = await runFlow(flowLane('leavesWhatIsNotGood'), { answer: by({ '/bad': bad }) });
    expect(asked(ran.requests)).toEqual(['GET /good', 'GET /bad']);
    expect(inOrder(ran.rows).map(({ outcome, phase, status }) => [outcome, phase, status])).toEqual([
      ['ok', null, 200],
      ['status', 'validate', 503],
    ]);
    expect(ran.counts[0]).toMatchObject({ planned: 2, sent: 2, ok: 1, failed: 1, inFlight: 0 });
    expect(ran.errors).toEqual([]);
  });

  test('lets a flow go on that catches it, with the answer', async () => {
    const ran = await runFlow(flowLane('catches'), { answer: by({ '/bad': bad }) });
    expect(asked(ran.requests)).toEqual(['GET /bad', 'GET /after-503']);
    expect(ran.errors).toEqual([]);
  });

  test('is no fault of the flow where that makes another error of it', async () => {
    const ran = await runFlow(flowLane('wrapsAndThrows'), { answer: by({ '/bad': bad }) });
    expect(ran.rows.map(({ outcome }) => outcome)).toEqual(['status']);
    expect(ran.errors).toEqual([]);
  });

  test('is given back where the flow is to go on', async () => {
    const ran = await runFlow(flowLane('goesOn'), { answer: by({ '/bad': bad }) });
    expect(asked(ran.requests)).toEqual(['GET /bad', 'GET /after-false-503-tired-no']);
    expect(ran.counts[0]).toMatchObject({ ok: 1, failed: 1 });
  });
});

describe('an expectation that is broken', () => {
  test('fails the attempt that it is about, and the visit ends', async () => {
    const ran = await runFlow(flowLane('expects'));
    expect(asked(ran.requests)).toEqual(['GET /first', 'GET /second']);
    const [first, second] = inOrder(ran.rows);
    expect(first).toMatchObject({ path: '/first', outcome: 'ok', phase: null, detail: null });
    expect(second).toMatchObject({
      path: '/second',
      outcome: 'invalid',
      phase: 'validate',
      detail: 'a cart with three things',
      status: 200,
    });
    expect(ran.errors).toEqual([]);
  });

  test('may be told by node:assert', async () => {
    const ran = await runFlow(flowLane('asserts'));
    const [first, second] = inOrder(ran.rows);
    expect(first).toMatchObject({ outcome: 'ok' });
    expect(second).toMatchObject({ outcome: 'invalid', phase: 'validate' });
    expect(second?.detail).toContain('200 !== 201');
    expect(ran.errors).toEqual([]);
  });

  test('is that of JSON too', async () => {
    const ran = await runFlow(flowLane('wantsJson'));
    expect(ran.rows).toMatchObject([{ outcome: 'invalid', phase: 'validate', detail: 'the body is not JSON' }]);
    expect(ran.errors).toEqual([]);
  });

  test('can be about one of several answers', async () => {
    const ran = await runFlow(flowLane('expectsOfOne'));
    const outcomes = Object.fromEntries(ran.rows.map(({ path, outcome }) => [path, outcome]));
    expect(outcomes).toEqual({ '/first': 'invalid', '/second': 'ok' });
    expect(ran.errors).toEqual([]);
  });

  test('can be said of an answer whose connection the server ended with it', async () => {
    const lastWord = `HTTP/1.1 200 OK\r\n\r\nok`;
    const ran = await runFlow(flowLane('expects'), { answer: ({ socket }) => socket.end(lastWord) });
    expect(inOrder(ran.rows).map(({ outcome }) => outcome)).toEqual(['ok', 'invalid']);
  });
});

test('a request may have an expectation of its own', async () => {
  const answers = { '/missing': answerOf('404 No', 'no'), '/strict': answerOf('200 OK', '{"id":"x"}') };
  const { rows } = await runFlow(flowLane('own'), { answer: by(answers) });
  expect(inOrder(rows)).toMatchObject([
    { path: '/missing', outcome: 'ok', status: 404 },
    { path: '/strict', outcome: 'invalid', detail: '/id must be number' },
  ]);
});

describe('redirects', () => {
  const to = (location: string) => answerOf('302 Found', '', `location: ${location}`);

  test('are followed where that is said, each an attempt of its own, and a POST becomes a GET', async () => {
    const answers = { '/login': to('/welcome?a=1'), '/welcome?a=1': to('../shop') };
    const { rows, requests } = await runFlow(flowLane('redirected'), { answer: by(answers) });
    expect(asked(requests)).toEqual(['POST /login', 'GET /welcome?a=1', 'GET /shop', 'GET /then?from=%2Fshop']);
    expect(inOrder(rows).map(({ outcome, status }) => [outcome, status])).toEqual([
      ['ok', 302],
      ['ok', 302],
      ['ok', 200],
      ['ok', 200],
    ]);
    expect(requests[0]).toMatchObject({ body: 'name=me' });
    expect(requests[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(requests[1]?.headers.has('content-type')).toBe(false);
  });

  test('are answers otherwise', async () => {
    const { requests, rows } = await runFlow(flowLane('notRedirected'), { answer: by({ '/login': to('/home') }) });
    expect(asked(requests)).toEqual(['POST /login', 'GET /home']);
    expect(rows.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('without an end fail the last one', async () => {
    const { rows } = await runFlow(flowLane('endlesslyRedirected'), { answer: by({ '/loop': to('/loop') }) });
    expect(inOrder(rows).map(({ outcome, status }) => [outcome, status])).toEqual([
      ['ok', 302],
      ['ok', 302],
      ['ok', 302],
      ['status', 302],
    ]);
  });

  test('to another origin are not followed', async () => {
    const answers = { '/login': to('http://elsewhere.test/') };
    const { rows, requests } = await runFlow(flowLane('redirected'), { answer: by(answers) });
    expect(asked(requests)).toEqual(['POST /login']);
    expect(rows).toMatchObject([{ outcome: 'status', status: 302 }]);
  });
});

describe('a page', () => {
  const page = '<script src="app.js"></script><link rel=stylesheet href=/style.css><a href=/no>';
  const script = answerOf('200 OK', '1', 'content-type: text/javascript');
  const style = answerOf('200 OK', 'a{}', 'content-type: text/css');

  test('is asked for with what it names, on one connection, under ids that tell', async () => {
    const answers = { '/shop/': answerOf('200 OK', page), '/shop/app.js': script, '/style.css': style };
    const ran = await runFlow(flowLane('reads'), { answer: by(answers) });
    expect(asked(ran.requests)).toEqual(['GET /shop/', 'GET /shop/app.js', 'GET /style.css', 'GET /done']);
    const [row] = ran.rows;
    expect(inOrder(ran.rows).map(({ id }) => id.slice(row?.session?.length))).toEqual(['.1', '.1.1', '.1.2', '.4']);
    expect(new Set(ran.rows.map(({ connection }) => connection)).size).toBe(1);
    expect(ran.errors).toEqual([]);
  });

  test('ends the visit where an asset is not good, when all have been asked for', async () => {
    const answers = { '/shop/': answerOf('200 OK', page), '/shop/app.js': answerOf('404 No', ''), '/style.css': style };
    const ran = await runFlow(flowLane('reads'), { answer: by(answers) });
    expect(asked(ran.requests)).toEqual(['GET /shop/', 'GET /shop/app.js', 'GET /style.css']);
    expect(inOrder(ran.rows).map(({ outcome }) => outcome)).toEqual(['ok', 'status', 'ok']);
  });
});

test('bodies and headers go out as the flow says, behind those of the lane', async () => {
  const request = { method: 'GET', path: '/', headers: { 'x-kind': 'lane', 'x-lane': 'yes' }, body: null };
  const ran = await runFlow(flowLane('sends', { request }));
  expect(ran.errors).toEqual([]);
  const told = ran.requests.map(({ method, path, body, headers }) => [
    method,
    path,
    Buffer.from(body, 'latin1').toString(),
    headers.get('content-type') ?? null,
    headers.get('x-kind'),
  ]);
  expect(told).toEqual([
    ['PUT', '/thing?n=1', 'zwölf', 'text/plain', 'a'],
    ['POST', '/thing', '[1,2]', 'application/json', 'lane'],
    ['PATCH', '/thing', 'hi', null, 'lane'],
    ['DELETE', '/thing', '', null, 'lane'],
    ['OPTIONS', '/thing', '', null, 'lane'],
  ]);
  expect(ran.requests.every(({ headers }) => headers.get('x-lane') === 'yes')).toBe(true);
});

test('what comes after a thought was planned for its end', async () => {
  const { rows } = await runFlow(flowLane('thinks', { rate: 20, requests: 8 }));
  for (const own of Map.groupBy(rows, ({ session }) => session).values()) {
    const [before, after] = inOrder(own);
    const thoughtUs = (after?.intendedUs as number) - (before?.endUs as number);
    expect(thoughtUs).toBeGreaterThanOrEqual(119_000);
    expect(after?.readyUs).toBeGreaterThanOrEqual(after?.intendedUs as number);
    expect(after?.idleUs).toBeGreaterThanOrEqual(119_000);
  }
});

test('what visitors draw is fixed by the seed, on however many threads', async () => {
  const draws = async (seed: number, threads: number) => {
    const { requests } = await runFlow(flowLane('draws', { rate: 400, requests: 20 }), { seed, threads });
    return asked(requests).sort();
  };
  const first = await draws(5, 1);
  expect(new Set(first.map((path) => path.split('/').slice(2).join())).size).toBe(20);
  expect(await draws(5, 3)).toEqual(first);
  expect(await draws(6, 1)).not.toEqual(first);
});

test('what nobody waits for is sent and recorded before the visitor leaves', async () => {
  const ran = await runFlow(flowLane('floats', { requests: 5 }));
  expect(ran.counts[0]).toMatchObject({ planned: 10, ok: 10 });
  expect(ran.errors).toEqual([]);
});

test('a base path is before all that the flow asks for', async () => {
  const lane = flowLane('leavesWhatIsNotGood');
  const flow = lane.flow && { ...lane.flow, base: '/shop' };
  const { requests } = await runFlow({ ...lane, ...(flow && { flow }) });
  expect(asked(requests)).toEqual(['GET /shop/good', 'GET /shop/bad', 'GET /shop/never-asked']);
});

test('more visitors than may be there at once wait, and those for too long were never sent', async () => {
  const limits = { connectUs: 200_000, tlsUs: 1e6, headersUs: 10e6, bodyUs: 1e6 };
  const lane = flowLane('thinks', { rate: 100, requests: 12, overflow: 4, limits });
  let answers = 0;
  const ran = await runFlow(lane, {
    // Nobody leaves before all have waited.
    answer: ({ socket }) => setTimeout(() => socket.write(good), answers++ < 4 ? 1_000 : 0),
  });
  const unsent = ran.rows.filter(({ outcome }) => outcome === 'unsent');
  expect(unsent.length).toBeGreaterThan(0);
  expect(new Set(unsent.map(({ detail }) => detail))).toEqual(new Set(['more than 4 visitors at once: see overflow']));
  const [counts] = ran.counts;
  expect(counts?.planned).toBe(ran.rows.length);
  expect(counts).toMatchObject({ failed: 0, unsent: unsent.length });
});
