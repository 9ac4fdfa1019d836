import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacks } from '../../available.ts';
import { good, type Request, SmallServer } from '../../traffic/small-server.ts';
import { isReal, lossesUnseen, runK6, until, useSpeaker } from './run-k6.ts';

/** A server of this test; what it answers nothing to, it leaves open. */
async function serve(answer: (request: Request) => void): Promise<{ server: SmallServer; port: number }> {
  const server = new SmallServer(answer);
  onTestFinished(() => server.close());
  return { server, port: await server.listen() };
}

const say = (text: string) => (request: Request) => void request.socket.write(text);
const idOf = ({ headers }: Request) => headers.get('x-hitless-id') ?? headers.get('X-Hitless-Id') ?? '';
const identified = () => {
  const body = '{"name":"web-1"}';
  return `HTTP/1.1 200 OK\r\nX-Version: v2\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

describe.skipIf(isReal && lacks('k6'))('with k6', { timeout: 120_000 }, () => {
  test.each(isReal ? ['the one that is there'] : ['v1.0.0', 'v2.2.0'])(
    'every request of a lane is in the record, once, as the server saw it (%s)',
    async (version) => {
      useSpeaker(version);
      const { server, port } = await serve(say(identified()));
      const ran = await runK6({
        port,
        lane: { rate: 50, requests: 30 },
        identity: { replica: 'body:/name', version: 'header:x-version' },
      });
      expect(ran.errors).toEqual([]);
      const { rows, counts } = ran;
      expect(
        rows
          .filter(({ outcome }) => outcome !== 'unsent')
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(server.requests.map(idOf).toSorted());
      expect(rows.length).toBe(30);
      expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
      expect(rows[0]).toMatchObject({
        replica: 'web-1',
        replicaSource: 'answer',
        version: 'v2',
        status: 200,
        path: '/',
      });
      expect(counts).toMatchObject({ planned: 30, sent: 30, ok: 30, failed: 0, unanswered: 0, unsent: 0, inFlight: 0 });
      // A connection for each, none used twice.
      expect(new Set(rows.map(({ connection }) => connection)).size).toBe(30);
      expect(lossesUnseen(ran)).toEqual([]);
      expect(ran.files).toEqual(['attempts.arrows', 'k6-lane.log']);
      expect(Math.min(...rows.map(({ readyUs }) => readyUs))).toBe(ran.fromUs);
    },
  );

  test('each loss is seen, with its class', async () => {
    useSpeaker();
    const kinds = [
      ['closed', ({ socket }: Request) => void socket.end()],
      ['reset', ({ socket }: Request) => void socket.resetAndDestroy()],
      [
        'truncated',
        say('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nhalf'),
        ({ socket }: Request) => void socket.end(),
      ],
      ['status', say('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n')],
      ['timeout', () => {}],
      ['malformed', say('SMTP ready\r\n\r\n'), ({ socket }: Request) => void socket.end()],
      ['ok', say(good)],
    ] as const;
    const truth = new Map<string, string>();
    const { port } = await serve((request) => {
      const [outcome, ...acts] = kinds[truth.size % kinds.length] as (typeof kinds)[number];
      truth.set(idOf(request), outcome);
      for (const act of acts) act(request);
    });
    const limits = { connectUs: 1e5, tlsUs: 1e5, headersUs: 4e5, bodyUs: 4e5 };
    const ran = await runK6({ port, lane: { rate: 20, requests: 21, limits } });
    expect(ran.errors).toEqual([]);
    expect(Object.fromEntries(ran.rows.map(({ id, outcome }) => [id, outcome]))).toEqual(Object.fromEntries(truth));
    expect(ran.counts).toMatchObject({ sent: 21, ok: 3, failed: 18 });
  });

  test('a GET that k6 may have sent twice keeps nobody from knowing: the lane is blind to losses then', async () => {
    useSpeaker();
    // The second request of each connection is lost: Go sends it again over another, and tells of that one alone.
    const { server, port } = await serve(({ use, socket }) => void (use === 2 ? socket.end() : socket.write(good)));
    const ran = await runK6({ port, lane: { connection: 'kept', connections: 1, rate: 'unpaced', requests: 9 } });
    expect(ran.counts).toMatchObject({ sent: 9, ok: 9, failed: 0 });
    expect(server.requests.length).toBeGreaterThan(9);
    expect(lossesUnseen(ran)).toEqual([expect.stringContaining('k6 sends it again')]);
  });

  test('kept connections that last leave nothing unseen', async () => {
    useSpeaker();
    const { server, port } = await serve(say(good));
    const ran = await runK6({ port, lane: { connection: 'kept', connections: 2, rate: 'unpaced', requests: 20 } });
    expect(ran.counts).toMatchObject({ sent: 20, ok: 20 });
    expect(server.clients.length).toBeLessThanOrEqual(2);
    expect(Math.max(...ran.rows.map(({ connectionUse }) => connectionUse))).toBeGreaterThan(1);
    expect(lossesUnseen(ran)).toEqual([]);
  });

  test('the end of traffic cuts no request that had begun, and counts none that had not', async () => {
    useSpeaker();
    const { server, port } = await serve(({ socket }) => void setTimeout(() => socket.write(good), 400));
    let before = 0;
    const ran = await runK6({
      port,
      lane: { rate: 10 },
      until: async (traffic) => {
        await until(
          'requests under way',
          () => server.requests.length >= 20 && (traffic.counts()[0]?.inFlight ?? 0) > 0,
        );
        before = server.requests.length;
      },
    });
    expect(ran.errors).toEqual([]);
    expect(ran.counts).toMatchObject({ failed: 0, unanswered: 0 });
    expect(ran.counts.sent).toBeGreaterThanOrEqual(before);
    expect(ran.counts.sent).toBeLessThanOrEqual(server.requests.length);
    expect(ran.rows.length).toBe(ran.counts.planned);
  });

  test('a request that hangs at the end is unanswered, though k6 writes no line of it', async () => {
    useSpeaker();
    const { server, port } = await serve(({ path, socket }) => void (path === '/hang' ? null : socket.write(good)));
    const script = `
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 4, noConnectionReuse: true };
      let n = 0;
      export default function () { n++; get(n === 3 ? '/hang' : '/', { timeout: '60s' }); }`;
    const limits = { connectUs: 1e5, tlsUs: 1e5, headersUs: 5e5, bodyUs: 1e5 };
    const ran = await runK6({
      port,
      script,
      lane: { rate: 'unpaced', limits },
      until: () => until('the one that hangs', () => server.requests.some(({ path }) => path === '/hang')),
    });
    expect(ran.rows.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['/', 'ok'],
      ['/', 'ok'],
      ['/hang', 'unanswered'],
    ]);
    expect(ran.counts).toMatchObject({ sent: 3, ok: 2, unanswered: 1, inFlight: 0 });
  });

  test('thresholds are findings: one that held, one that was crossed, one without anything to be held to', async () => {
    useSpeaker();
    const { port } = await serve(say(good));
    const script = `
      import { Rate } from 'k6/metrics';
      import { get } from 'HITLESS_MODULE';
      const unused = new Rate('unused');
      export const options = { vus: 1, iterations: 3, noConnectionReuse: true, thresholds: {
        http_req_failed: ['rate<0.01'], 'http_req_duration{name:/}': ['p(95)<0.000001'], unused: ['rate<0.5'] } };
      export default function () { get('/'); }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.errors).toEqual([]);
    const found = Object.fromEntries((ran.counts.atEnd?.findings ?? []).map(({ name, verdict }) => [name, verdict]));
    expect(found).toEqual({
      'k6-threshold: http_req_failed rate<0.01': 'pass',
      'k6-threshold: http_req_duration{name:/} p(95)<0.000001': 'fail',
      'k6-threshold: unused rate<0.5': 'inconclusive',
    });
  });

  test("a script of k6's own runs as it is, and what is not known of it is said", async () => {
    useSpeaker();
    const { port } = await serve(say(good));
    const script = `
      import http from 'k6/http';
      import { sleep } from 'k6';
      export const options = { vus: 2, iterations: 6 };
      export default function () { http.get(__ENV.BASE + '/basket?token=secret'); sleep(0.01); }`;
    const env = { BASE: `http://127.0.0.1:${port}` };
    const ran = await runK6({ port, script, env, lane: { rate: 'unpaced' } });
    expect(ran.errors).toEqual([]);
    expect(ran.rows.map(({ path, outcome, replica }) => [path, outcome, replica])).toEqual(
      Array.from({ length: 6 }, () => ['/basket', 'ok', null]),
    );
    expect(lossesUnseen(ran)).toEqual([expect.stringContaining('leaves no line of it')]);
  });

  test('what the script does not take is invalid, and its words stay words', async () => {
    useSpeaker();
    const { port } = await serve(say(good));
    const script = `
      import { get, post } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 1, noConnectionReuse: true };
      export default function () {
        get('/a', { expect: ({ body }) => body === 'other' || '<img src=x>\\u001b[31m' });
        post('/b', 'x', { statuses: [200, 201], expect: () => true });
        get('http://[');
      }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.rows.map(({ method, path, outcome, detail }) => [method, path, outcome, detail?.slice(0, 12)])).toEqual([
      ['GET', '/a', 'invalid', '<img src=x> '],
      ['POST', '/b', 'ok', undefined],
      ['GET', 'http://[', 'unsent', 'invalid URL:'],
    ]);
  });

  test('a secret of the environment goes out, and is told to nobody', async () => {
    useSpeaker();
    process.env.SHOP_TOKEN = 's3cret';
    onTestFinished(() => void delete process.env.SHOP_TOKEN);
    const { port } = await serve(({ headers, socket }) => {
      const body = JSON.stringify({ name: headers.get('authorization') });
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const request = { method: 'GET', path: '/', headers: { authorization: 'Bearer env:SHOP_TOKEN' }, body: null };
    const { rows } = await runK6({
      port,
      lane: { rate: 20, requests: 2, request },
      identity: { replica: 'body:/name' },
    });
    expect(rows.map(({ replica }) => replica)).toEqual(['Bearer ***', 'Bearer ***']);
  });

  test('a script that is done long before the steps leaves the rest of them unseen', async () => {
    useSpeaker();
    const { port } = await serve(say(good));
    const script = `
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 2, noConnectionReuse: true };
      export default function () { get('/'); }`;
    const ran = await runK6({
      port,
      script,
      lane: { rate: 'unpaced', resolutionUs: 50_000 },
      until: async (traffic) => {
        await traffic.finished;
        await new Promise((resolve) => setTimeout(resolve, 2_500));
      },
    });
    expect(ran.events.map(({ kind, message }) => [kind, message?.split(': ')[1]])).toEqual([['blind', 'k6 had ended']]);
  });

  test('iterations that k6 had no VU for are unsent', async () => {
    useSpeaker();
    const { port } = await serve(({ socket }) => void setTimeout(() => socket.write(good), 1_500));
    const script = `
      import { get } from 'HITLESS_MODULE';
      export const options = { noConnectionReuse: true, scenarios: { load: {
        executor: 'constant-arrival-rate', rate: 20, duration: '1s', preAllocatedVUs: 1, maxVUs: 1 } } };
      export default function () { get('/'); }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.counts).toMatchObject({ planned: 20, sent: 1, ok: 1, unsent: 19 });
    expect(ran.rows.length).toBe(20);
  });

  test('setup() and teardown() are no part of the lane', async () => {
    useSpeaker();
    const { server, port } = await serve(say(good));
    const script = `
      import http from 'k6/http';
      import { group } from 'k6';
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 2, noConnectionReuse: true };
      export function setup() { http.get(__ENV.HITLESS_URL + '/login'); group('shop', () => get('/fill')); }
      export default function () { get('/'); }
      export function teardown() { get('/empty'); http.get(__ENV.HITLESS_URL + '/logout'); }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.errors).toEqual([]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/login', '/fill', '/', '/', '/empty', '/logout']);
    expect(ran.rows.map(({ path, outcome }) => [path, outcome])).toEqual(new Array(2).fill(['/', 'ok']));
    expect(ran.counts).toMatchObject({ planned: 2, sent: 2, ok: 2, inFlight: 0 });
    // The app's ledger has them.
    const around = server.requests.filter(({ path }) => path === '/fill' || path === '/empty');
    expect(ran.counts.beyondEnd).toEqual(around.map(idOf));
    expect(lossesUnseen(ran)).toEqual([]);
  });

  test('teardown() runs when traffic ends, and its losses are none of the lane', async () => {
    useSpeaker();
    const { server, port } = await serve(
      ({ path, socket }) => void (path === '/empty' ? socket.end() : socket.write(good)),
    );
    const script = `
      import { get, load } from 'HITLESS_MODULE';
      export const options = load();
      export default function () { get('/'); }
      export function teardown() { get('/empty'); }`;
    const ran = await runK6({
      port,
      script,
      lane: { rate: 20 },
      until: async (traffic) => until('a few answers', () => (traffic.counts()[0]?.ok ?? 0) >= 5),
    });
    expect(ran.errors).toEqual([]);
    expect(server.requests.at(-1)?.path).toBe('/empty');
    expect(ran.counts).toMatchObject({ failed: 0, unanswered: 0 });
    expect(ran.rows.every(({ path }) => path === '/')).toBe(true);
  });

  test('a group of the script is its traffic, whatever it is called', async () => {
    useSpeaker();
    const { port } = await serve(({ path, socket }) => void (path === '/lost' ? socket.end() : socket.write(good)));
    const script = `
      import { group } from 'k6';
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 1, noConnectionReuse: true };
      export default function () {
        group('setup', () => get('/'));
        group('teardown', () => get('/lost'));
      }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.rows.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['/', 'ok'],
      ['/lost', 'closed'],
    ]);
    expect(ran.counts).toMatchObject({ sent: 2, ok: 1, failed: 1 });
  });

  test('a teardown() that goes on is no load: the rest of the steps is unseen', async () => {
    useSpeaker();
    const { server, port } = await serve(say(good));
    const script = `
      import { sleep } from 'k6';
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 2, noConnectionReuse: true };
      export default function () { get('/'); }
      export function teardown() { for (let i = 0; i < 8; i++) { sleep(0.3); get('/step'); } get('/last'); sleep(60); }`;
    const ran = await runK6({
      port,
      script,
      lane: { rate: 'unpaced', resolutionUs: 50_000 },
      until: async (traffic) => {
        await until('the end of teardown()', () => server.requests.some(({ path }) => path === '/last'));
        await traffic.abort();
      },
    });
    expect(ran.events.map(({ message }) => message?.split(': ')[1])).toContain('k6 had ended');
    expect(ran.rows.map(({ path }) => path)).toEqual(['/', '/']);
  });

  test.each([
    [
      '104',
      'export const options = { thresholds: { nothing: ["rate<1"] } }; export default () => {};',
      /options of the script.*\(104\)/,
    ],
    ['107', 'throw new Error("no luck"); export default () => {};', /threw an exception.*\(107\).*no luck/],
    ['107', "import './nowhere.ts'; export default () => {};", /could not be read \(107\).*nowhere/],
  ])('what k6 refuses is told before anything is sent: exit code %s', async (_, script, words) => {
    useSpeaker();
    await expect(runK6({ port: 1, script, lane: { rate: 'unpaced' } })).rejects.toMatchObject({
      code: 'HITLESS_K6_EXIT',
      blame: 'usage',
      message: expect.stringMatching(words),
    });
  });

  test('a script that is not there, and one that sends nothing', async () => {
    useSpeaker();
    const lane = { rate: 'unpaced' as const };
    const gone = { k6: { script: '/nowhere/script.ts', env: {} } };
    await expect(runK6({ port: 1, lane: { ...lane, ...gone } })).rejects.toMatchObject({
      message: expect.stringMatching(/could not begin \(255\).*nowhere/),
    });
    await expect(runK6({ port: 1, script: 'export default () => {};', lane })).rejects.toMatchObject({
      code: 'HITLESS_K6_NO_REQUEST',
    });
  });

  test.each([
    ['abort', 'k6-abort', 'inconclusive'],
    ['fail', 'k6-fail', 'fail'],
  ])('test.%s() is a finding', async (verb, name, verdict) => {
    useSpeaker();
    const { port } = await serve(say(good));
    const script = `
      import exec from 'k6/execution';
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 2, noConnectionReuse: true };
      export default function () { get('/'); exec.test.${verb}('no stock left'); }`;
    const ran = await runK6({ port, script, lane: { rate: 'unpaced' } });
    expect(ran.errors).toEqual([]);
    const message = expect.stringContaining('no stock left');
    expect(ran.counts.atEnd?.findings).toEqual([expect.objectContaining({ name, verdict, message })]);
  });

  test('a k6 that is killed half-way is an error, and what it had begun stays in the record', async () => {
    useSpeaker();
    const { server, port } = await serve(({ path, socket }) => void (path === '/hang' ? null : socket.write(good)));
    const script = `
      import { get } from 'HITLESS_MODULE';
      export const options = { vus: 1, iterations: 4, noConnectionReuse: true };
      let n = 0;
      export default function () { n++; get(n === 3 ? '/hang' : '/', { timeout: '60s' }); }`;
    const ran = await runK6({
      port,
      script,
      lane: { rate: 'unpaced' },
      until: async (traffic, { errors }) => {
        await until(
          'the begin of the one that hangs',
          () => traffic.counts()[0]?.inFlight === 1 && server.requests.length === 3,
        );
        for (const pid of groupsOfK6()) process.kill(-pid, 'SIGKILL');
        await until('the error', () => errors.length > 0);
      },
    });
    expect(ran.errors.map(({ message }) => message)).toEqual(['k6 of lane lane was killed half-way, by SIGKILL']);
    expect(ran.rows.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'unanswered']);
  });

  test('an interruption leaves nothing running', async () => {
    useSpeaker();
    const { server, port } = await serve(({ socket }) => void setTimeout(() => socket.write(good), 100));
    const ran = await runK6({
      port,
      lane: { rate: 50 },
      until: async (traffic) => {
        await until('traffic', () => server.requests.length > 5);
        expect(groupsOfK6()).toHaveLength(1);
        await traffic.abort();
      },
    });
    expect(groupsOfK6()).toEqual([]);
    const { planned, sent, unsent, ok, failed, unanswered } = ran.counts;
    expect([planned, sent]).toEqual([sent + unsent, ok + failed + unanswered]);
    expect(ran.rows.length).toBe(planned);
  });
});

/** The process groups that this process has started and that still run. */
function groupsOfK6(): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,pgid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => / run --quiet /.test(line))
    .map((line) => Number(line.trim().split(/\s+/)[1]));
}
