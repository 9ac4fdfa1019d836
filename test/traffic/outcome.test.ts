import { describe, expect, test } from 'vitest';
import { failedConnect, type Loss, lostConnection } from '../../runner/traffic/outcome.ts';

test.each([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNRESET', 'reset'],
  ['EADDRNOTAVAIL', 'unsent'],
  ['EMFILE', 'unsent'],
  ['ENFILE', 'unsent'],
  ['ENOBUFS', 'unsent'],
  ['ENOMEM', 'unsent'],
  ['EADDRINUSE', 'unsent'],
  ['EPERM', 'unreachable'],
  ['EACCES', 'unreachable'],
])('a connect that fails with %s is %s', (code, outcome) => {
  expect(failedConnect(code)).toEqual({ outcome, phase: outcome === 'unsent' ? null : 'connect', detail: code });
});

describe('a connection that is lost', () => {
  const loss = (differences: Partial<Loss> = {}): Loss => ({
    by: 'FIN',
    phase: 'headers',
    bytes: 0,
    method: 'GET',
    idleUs: 1_500_000,
    keepAliveUs: null,
    sinceSentUs: 900,
    ...differences,
  });

  test.each([
    ['by FIN, first use', { idleUs: null }, 'closed'],
    ['by FIN in the head', { bytes: 20 }, 'closed'],
    ['by RST', { by: 'ECONNRESET', idleUs: null }, 'reset'],
    ['while it was written to', { by: 'EPIPE', phase: 'write', idleUs: null }, 'reset'],
    ['by FIN in the body', { phase: 'body', bytes: 99 }, 'truncated'],
    ['by RST in the body', { by: 'ECONNRESET', phase: 'body', bytes: 99 }, 'truncated'],
    ['because the way is gone', { by: 'EHOSTUNREACH' }, 'unreachable'],
    ['because nothing is acknowledged', { by: 'ETIMEDOUT' }, 'timeout'],
    ['because the way is prohibited', { by: 'EACCES' }, 'unreachable'],
    ['because a packet filter forbids the write', { by: 'EPERM', phase: 'write' }, 'unreachable'],
    ['because our machine has no buffers, where bytes may be out', { by: 'ENOBUFS', phase: 'write' }, 'reset'],
  ] as const)('%s', (_, differences, outcome) => {
    expect(lostConnection(loss(differences)).outcome).toBe(outcome);
  });

  test.each([
    ['FIN', {}, true],
    ['RST', { by: 'ECONNRESET' }, true],
    ['at the very limits', { idleUs: 1_000_000, sinceSentUs: 2_000 }, true],
    ['idle for less than a second', { idleUs: 999_999 }, false],
    [
      'idle for less than a second, but for as long as the server keeps one',
      { idleUs: 600_000, keepAliveUs: 500_000 },
      true,
    ],
    ['kept for no time at all', { idleUs: 10, keepAliveUs: 0 }, false],
    ['later than 2 ms', { sinceSentUs: 2_001 }, false],
    ['a byte came', { bytes: 1 }, false],
    ['not idempotent', { method: 'POST' }, false],
    ['first use', { idleUs: null }, false],
  ] as const)('is a stale race only by all of its marks: %s', (_, differences, isRace) => {
    expect(lostConnection(loss(differences)).outcome === 'stale-race').toBe(isRace);
  });
});
