import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../record/facts.ts';
import { Answer } from '../../runner/traffic/answer.ts';
import { Judge } from '../../runner/traffic/judge.ts';
import type { Expectation } from '../../runner/traffic/lane.ts';
import { laneOf } from './run-lanes.ts';

function judge(
  { head = '', body = '' as string | Buffer, status = 200 },
  expectation: Partial<Expectation> = {},
  identity: Identity = {},
) {
  const lane = laneOf();
  const judge = new Judge({ ...lane, expect: { ...lane.expect, ...expectation } }, identity);
  const bytes = Buffer.from(body as string);
  const all = Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} X\r\n${head}content-length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
  const answer = new Answer();
  answer.expect(false, judge.needsBody);
  answer.read(all, all.length);
  return judge.judge(answer);
}

describe('a status', () => {
  test.each([
    [200, [], 'ok'],
    [204, [], 'ok'],
    [302, [], 'status'],
    [404, [], 'status'],
    [404, [404, 410], 'ok'],
    [200, [404], 'status'],
  ])('%i where %j is good', (status, statuses, outcome) => {
    expect(judge({ status }, { statuses }).ending).toMatchObject({ outcome });
  });
});

describe('a coded body', () => {
  const json = '{"name":"x"}';
  test.each([
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['gzip, br', brotliCompressSync(gzipSync(json))],
    ['identity', Buffer.from(json)],
  ])('%s is decoded, then validated', (coding, body) => {
    const judged = judge({ head: `content-encoding: ${coding}\r\n`, body }, { json: true, maxBytes: json.length });
    expect(judged.ending.outcome).toBe('ok');
  });

  test.each([
    ['gzip', Buffer.from(json)],
    ['gzip', gzipSync(json).subarray(0, -6)],
    ['made-up', Buffer.from(json)],
  ])('that is not %s is invalid, whoever looks into it', (coding, body) => {
    expect(judge({ head: `content-encoding: ${coding}\r\n`, body }).ending).toMatchObject({
      outcome: 'invalid',
      phase: 'validate',
    });
  });

  test('that unpacks to more than 64 MiB is invalid', () => {
    const bomb = gzipSync(Buffer.alloc(70 << 20));
    expect(judge({ head: 'content-encoding: gzip\r\n', body: bomb }).ending.outcome).toBe('invalid');
  });
});

test.each([
  ['too short', { minBytes: 9 }, '8 bytes, at least 9 expected'],
  ['too long', { maxBytes: 7 }, '8 bytes, at most 7 expected'],
  ['a header that is missing', { headers: { 'X-None': 'a' } }, 'header X-None is missing'],
  ['a header with another value', { headers: { 'X-Kind': 'b' } }, 'header X-Kind is a'],
  ['no JSON', { json: true as const }, 'the body is not JSON'],
])('%s is invalid and says why', (_, expectation, detail) => {
  const judged = judge({ head: 'x-kind: a\r\n', body: 'not json' }, expectation);
  expect(judged.ending).toEqual({ outcome: 'invalid', phase: 'validate', detail });
});

test('a JSON Schema decides over the body', () => {
  const json = { type: 'object', required: ['hello'], properties: { hello: { const: 'world' } } };
  expect(judge({ body: '{"hello":"world"}' }, { json }).ending.outcome).toBe('ok');
  expect(judge({ body: '{"hello":"moon"}' }, { json }).ending.detail).toBe('/hello must be equal to constant');
  expect(judge({ body: '{}' }, { json }).ending.detail).toBe("body must have required property 'hello'");
});

describe('an identity', () => {
  const identity = { replica: 'body:/pod/na~1me', version: 'header:X-Version', counter: 'body:/counter' };
  test('comes from a JSON pointer and from a header', () => {
    const body = '{"pod":{"na/me":"abc"},"counter":3}';
    expect(judge({ head: 'x-version: v2\r\n', body }, {}, identity)).toMatchObject({
      replica: 'abc',
      version: 'v2',
      counter: 3,
    });
  });

  test.each([
    '',
    '[]',
    'null',
    '"x"',
    '{"pod":null}',
    '{"pod":{"na/me":{}},"counter":"three"}',
    '{"pod":{"na/me":""},"counter":1.5}',
  ])('is not known from %s, which does not make the answer bad', (body) => {
    const judged = judge({ body }, {}, identity);
    expect(judged).toMatchObject({ ending: { outcome: 'ok' }, replica: null, version: null, counter: null });
  });

  test('is read from a bad answer too', () => {
    const judged = judge({ status: 500, body: '{"pod":{"na/me":"abc"}}' }, {}, identity);
    expect(judged).toMatchObject({ ending: { outcome: 'status' }, replica: 'abc' });
  });
});
