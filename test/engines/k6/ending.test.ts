import { expect, test } from 'vitest';
import { endingOf, shortLine } from '../../../runner/engines/k6/ending.ts';
import type { Request } from '../../../runner/engines/k6/requests.ts';

const sent = { http_req_duration: 2, http_req_waiting: 1.9, http_req_receiving: 0 };
const body = { ...sent, http_req_receiving: 1 };

function requestWith(
  code: number,
  error: string,
  timings: Record<string, number>,
  more: Partial<Request> = {},
): Request {
  const tags: Record<string, string> = { status: '0', error, error_code: String(code), expected_response: 'false' };
  const measured = { endWallUs: 0, tags, metadata: {}, timings };
  return { id: 'r1', beginWallUs: 0, method: 'GET', name: '/', vu: '1', measured, word: null, ...more };
}

test.each([
  [1000, 'EOF', sent, 'closed', 'headers'],
  [1000, 'http: server closed idle connection', sent, 'closed', 'headers'],
  [1000, 'unexpected EOF', body, 'truncated', 'body'],
  [1000, 'net/http: malformed HTTP response "x"', sent, 'malformed', 'headers'],
  [1000, 'x509: certificate has expired', {}, 'invalid', 'tls'],
  [1010, 'unix', {}, 'unreachable', 'connect'],
  [1020, 'invalid URL', {}, 'unsent', null],
  [1050, 'request timeout', sent, 'timeout', 'headers'],
  [1050, 'request timeout', body, 'timeout', 'body'],
  [1050, 'request timeout', {}, 'timeout', 'connect'],
  [1100, 'lookup: i/o timeout', {}, 'unreachable', 'resolve'],
  [1101, 'lookup: no such host', {}, 'unreachable', 'resolve'],
  [1110, 'ip is blacklisted', {}, 'unsent', null],
  [1111, 'hostname is blocked', {}, 'unsent', null],
  [1201, 'write: broken pipe', sent, 'reset', 'write'],
  [1211, 'dial: i/o timeout', {}, 'timeout', 'connect'],
  [1212, 'dial: connection refused', {}, 'refused', 'connect'],
  [1213, 'dial: unknown errno 113 error with msg `no route to host`', {}, 'unreachable', 'connect'],
  [1213, 'dial: unknown errno 99 error with msg `cannot assign requested address`', {}, 'unsent', null],
  [1210, 'dial tcp: socket: too many open files', {}, 'unsent', null],
  [1220, 'read: connection reset by peer', sent, 'reset', 'headers'],
  [1220, 'read: connection reset by peer', body, 'truncated', 'body'],
  [1301, 'tls: first record does not look like a TLS handshake', {}, 'malformed', 'tls'],
  [1310, 'x509: unknown authority', {}, 'invalid', 'tls'],
  [1311, "x509: certificate doesn't match hostname", {}, 'invalid', 'tls'],
  [1610, 'http2: received GoAway', sent, 'closed', 'headers'],
  [1630, 'http2: stream error', sent, 'reset', 'headers'],
  [1701, 'invalid header', body, 'malformed', 'body'],
  [9999, 'of a later version', sent, 'malformed', 'headers'],
] as const)('%i (%s) is what builtin would have called it', (code, error, timings, outcome, phase) => {
  const { outcome: said, phase: where } = endingOf(requestWith(code, error, timings), { idleUs: null });
  expect([said, where]).toEqual([outcome, phase]);
});

test('no code, whatever it is, makes a request without an answer good', () => {
  for (let code = 0; code < 2_000; code++)
    for (const timings of [{}, sent, body]) {
      const { outcome } = endingOf(requestWith(code, '', timings), { idleUs: null });
      expect(['ok', 'unanswered'], String(code)).not.toContain(outcome);
    }
});

test('what the script expects is good, and nothing else', () => {
  const answered = (status: string, expected_response?: string): Request => {
    const request = requestWith(0, '', body);
    const code: Record<string, string> = Number(status) >= 400 ? { error_code: `1${status}` } : {};
    const tags: Record<string, string> = {
      status,
      ...code,
      ...(expected_response !== undefined && { expected_response }),
    };
    return { ...request, measured: { endWallUs: 0, tags, metadata: {}, timings: body } };
  };
  const outcome = (request: Request) => endingOf(request, { idleUs: null }).outcome;
  expect(outcome(answered('200', 'true'))).toBe('ok');
  expect(outcome(answered('200', 'false'))).toBe('status');
  expect(outcome(answered('404', 'true'))).toBe('ok');
  expect(outcome(answered('503', 'false'))).toBe('status');
  expect([outcome(answered('302')), outcome(answered('404'))]).toEqual(['ok', 'status']);
});

test('an idle connection that closes under a PUT is a race, as with the engine of our own', () => {
  const quick = { ...sent, http_req_waiting: 1 };
  const put = requestWith(1000, 'EOF', quick, { method: 'PUT' });
  expect(endingOf(put, { idleUs: 2_000_000 }).outcome).toBe('stale-race');
  expect(endingOf(put, { idleUs: 10_000 }).outcome).toBe('closed');
  expect(endingOf({ ...put, method: 'POST' }, { idleUs: 2_000_000 }).outcome).toBe('closed');
});

test('words of others are one short line without control characters', () => {
  expect(shortLine('a\u001b[31m\n\u2028b\u202e')).toBe('a [31m b ');
  expect(shortLine('x'.repeat(1_000))).toHaveLength(200);
});
