import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Answer } from '../../runner/traffic/answer.ts';
import { KnownHeads } from '../../runner/traffic/known-head.ts';

/** Reads `bytes` cut at `cuts`, through one buffer that is used again, as a socket's. */
function read(bytes: string | Buffer, { head = false, cuts = [] as number[] } = {}): Answer {
  const answer = new Answer();
  answer.expect(head, true);
  const all = Buffer.from(bytes as string, 'latin1');
  const buffer = Buffer.alloc(Math.max(all.length, 1));
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (all.length + 1)), all.length])].sort((a, b) => a - b);
  for (let i = 1; i < edges.length && !answer.complete && answer.problem === null; i++) {
    const part = all.subarray(edges[i - 1], edges[i]);
    part.copy(buffer);
    answer.read(buffer, part.length);
    if (!answer.complete) buffer.fill(0);
  }
  return answer;
}

const length = (n: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${n}\r\n\r\n`;
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

describe('a complete answer', () => {
  test.each([
    ['by length', `${length(5)}hello`, 'hello'],
    ['of no bytes', length(0), ''],
    [
      'by chunks, with an extension and a trailer',
      `${chunked}3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nx-sum: 1\r\n\r\n`,
      'hello',
    ],
    [
      'after 100 and 103',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${length(2)}ok`,
      'ok',
    ],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', ''],
    ['with lines that end in LF alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 'ok'],
  ])('%s', (_, bytes, body) => {
    const answer = read(bytes);
    expect(answer).toMatchObject({ complete: true, surplus: 0, problem: null, keepAlive: true });
    expect(answer.body?.toString()).toBe(body);
  });

  test('to HEAD has a length and no body', () => {
    expect(read(length(5), { head: true })).toMatchObject({ complete: true, surplus: 0, keepAlive: true });
    expect(read('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n', { head: true }).keepAlive).toBe(false);
  });

  test('without a length ends with the connection', () => {
    const answer = read('HTTP/1.1 200 OK\r\n\r\nhello');
    expect(answer.complete).toBe(false);
    expect(answer.finish()).toBe(true);
    expect(answer.body?.toString()).toBe('hello');
    expect(answer.keepAlive).toBe(false);
  });

  test.each([
    ['HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n', true],
  ])('says whether its connection stays: %j', (bytes, stays) => {
    expect(read(bytes).keepAlive).toBe(stays);
  });

  test('says how long its connection is kept', () => {
    expect(read(`HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=9\r\ncontent-length: 0\r\n\r\n`).keepAliveUs).toBe(5e6);
  });
});

describe('not complete at the end of the connection', () => {
  test.each([
    ['nothing', ''],
    ['half a status line', 'HTTP/1.1 20'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-'],
    ['a short body', `${length(5)}hell`],
    ['no last chunk', `${chunked}5\r\nhello\r\n`],
    ['no end of the trailers', `${chunked}5\r\nhello\r\n0\r\n`],
    ['only a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('%s', (_, bytes) => {
    const answer = read(bytes);
    expect(answer.finish()).toBe(false);
    expect(answer.problem).toBe(null);
  });
});

describe('bytes after the end are counted', () => {
  test.each([
    ['a body too long', `${length(3)}hello`, 2],
    ['a second answer', length(0) + length(0), length(0).length],
    ['an empty line', `${length(0)}\r\n`, 2],
    ['after the last chunk', `${chunked}0\r\n\r\nx`, 1],
    ['a body of a 204', 'HTTP/1.1 204 No\r\n\r\nbody', 4],
  ])('%s', (_, bytes, surplus) => {
    expect(read(bytes)).toMatchObject({ complete: true, surplus });
  });

  test('a body that a HEAD must not have', () => {
    expect(read(`${length(5)}hello`, { head: true })).toMatchObject({ complete: true, surplus: 5 });
  });
});

describe('what no client can rely on', () => {
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\nhello'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nhello'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nhello'],
    ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a chunk size that is no number', `${chunked}zz\r\nhello\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `${chunked}3\r\nhello\r\n0\r\n\r\n`],
    ['a header line without a colon', 'HTTP/1.1 200 OK\r\ngarbage\r\n\r\n'],
    ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['a head of a megabyte', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1 << 20)}\r\n\r\n`],
  ])('%s', (_, bytes) => {
    const answer = read(bytes, { cuts: [70_000, 140_000] });
    expect(answer.problem).not.toBe(null);
    expect(answer.complete).toBe(false);
  });
});

test('it does not matter how the bytes arrive', () => {
  const answers = [
    `HTTP/1.1 100 Continue\r\n\r\n${length(11)}hello world`,
    `${chunked}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
    'HTTP/1.1 200 OK\r\n\r\nhello world',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...answers), fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
      const answer = read(bytes, { cuts });
      expect(answer.finish()).toBe(true);
      expect(answer.body?.toString()).toBe('hello world');
    }),
  );
});

test('nothing that a server may send makes it throw', () => {
  const piece = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'content-length: 3\r\n',
    '\r\n',
    'transfer-encoding: chunked\r\n',
    '3\r\n',
    'abc',
  );
  const junk = fc.oneof(piece, fc.string({ unit: 'binary-ascii', maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(junk, { maxLength: 12 }), fc.array(fc.nat(300)), (pieces, cuts) => {
      const answer = read(pieces.join(''), { cuts });
      answer.finish();
      expect(answer.complete && answer.problem !== null).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('a head that came before, on this connection or another, is read no differently', () => {
  const messages = fc.constantFrom(
    `${length(5)}hello`,
    `${length(5)}world`,
    `${length(5)}hello, and more`,
    `${length(5)}hel`,
    length(0),
    'HTTP/1.1 200 OK\r\nkeep-alive: timeout=5\r\ncontent-length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nkeep-alive: timeout=7\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nok',
    'HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ngarbage\r\n\r\nok',
    `HTTP/1.1 100 Continue\r\n\r\n${length(2)}ok`,
    'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  );
  const asked = fc.record({
    connection: fc.nat(1),
    bytes: messages,
    head: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(80) }),
    keepsBody: fc.boolean(),
  });
  const told = (answer: Answer) => {
    const { status, headers, complete, surplus, problem, keepAlive, contentEncoding, bodyLength } = answer;
    const body = complete ? (answer.body?.toString() ?? null) : null;
    return { status, headers: [...headers], complete, surplus, problem, keepAlive, contentEncoding, bodyLength, body };
  };
  const readInto = (
    answer: Answer,
    { bytes, head, cut, keepsBody }: typeof asked extends fc.Arbitrary<infer A> ? A : never,
  ) => {
    answer.expect(head, keepsBody);
    const all = Buffer.from(bytes, 'latin1');
    for (const part of [all.subarray(0, cut), all.subarray(cut)])
      if (part.length > 0 && !answer.complete && answer.problem === null) answer.read(Buffer.from(part), part.length);
  };
  fc.assert(
    fc.property(fc.array(asked, { minLength: 2, maxLength: 12 }), (all) => {
      const known = new KnownHeads();
      const connections = [0, 1].map(() => ({ used: new Answer(known), keepAliveUs: null as number | null }));
      for (const each of all) {
        const connection = connections[each.connection] as (typeof connections)[number];
        const { used } = connection;
        const fresh = new Answer();
        readInto(fresh, each);
        readInto(used, each);
        connection.keepAliveUs = fresh.keepAliveUs ?? connection.keepAliveUs;
        expect(told(used)).toEqual(told(fresh));
        expect(used.keepAliveUs).toBe(connection.keepAliveUs);
        expect(used.finish()).toBe(fresh.finish());
      }
    }),
    { numRuns: 1000 },
  );
});
