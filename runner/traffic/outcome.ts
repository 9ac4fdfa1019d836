import type { Outcome, Phase } from '../../record/attempt.ts';

/** How an attempt ended. */
export interface Ending {
  outcome: Outcome;
  phase: Phase | null;
  detail: string | null;
}

/**
 * What the client's own machine refuses before anything goes out: it is not the server's doing. EADDRINUSE: the search
 * for a local port found none. Not EPERM and EACCES: a prohibited route (ip(7)), an ICMPv6 reject (Linux,
 * net/ipv6/icmp.c) and a packet filter arrive as these.
 */
const ownRefusals = new Set(['EADDRNOTAVAIL', 'EADDRINUSE', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** What the system says of the way to the host. */
const noWay = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EPERM', 'EACCES']);

/** A connection that could not be established, by the error's code. */
export function failedConnect(code: string): Ending {
  const ending = (outcome: Outcome): Ending => ({ outcome, phase: 'connect', detail: code });
  if (ownRefusals.has(code)) return { outcome: 'unsent', phase: null, detail: code };
  switch (code) {
    case 'ECONNREFUSED':
      return ending('refused');
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return ending('reset');
    case 'ETIMEDOUT':
      return ending('timeout');
    default:
      return ending('unreachable');
  }
}

/** The end of a TCP connection that TLS had not announced (RFC 8446, 6.1). */
export const unannouncedEnd = 'FIN without close_notify';

/**
 * A TLS handshake that did not succeed, by the error's code or by the other side's alert (`alert unknown_ca`): what cuts
 * the connection is what it is without TLS; an alert refuses us; what is no TLS is malformed; all else is a certificate
 * that is not to be trusted.
 */
export function failedHandshake(by: string): Ending {
  return { outcome: handshakeOutcome(by), phase: 'tls', detail: by };
}

function handshakeOutcome(by: string): Outcome {
  if (by === 'FIN') return 'closed';
  if (by === 'ETIMEDOUT') return 'timeout';
  if (noWay.has(by)) return 'unreachable';
  if (/^(ECONN|EPIPE)/.test(by)) return 'reset';
  if (by.startsWith('alert ')) return 'refused';
  return /^(ERR_SSL_|ERR_OSSL_|EPROTO$)/.test(by) ? 'malformed' : 'invalid';
}

/** Alerts by which a server refuses a client's certificate, or the lack of one. */
const refusalsOfClients = new Set([
  'alert certificate_required',
  'alert bad_certificate',
  'alert unsupported_certificate',
  'alert certificate_revoked',
  'alert certificate_expired',
  'alert certificate_unknown',
  'alert unknown_ca',
  'alert access_denied',
]);

/** In TLS 1.3 the client is done with the handshake before the server has looked at its certificate (RFC 8446, 4.4.2.4). */
export function isLateRefusal(by: string, { bytes, connectionUse }: { bytes: number; connectionUse: number }): boolean {
  return bytes === 0 && connectionUse === 1 && refusalsOfClients.has(by);
}

/** What is known when a connection ends under an attempt. */
export interface Loss {
  /** The server's orderly end (FIN), also one that TLS had not announced, or the code of the error that was reported. */
  by: 'FIN' | string;
  phase: 'write' | 'headers' | 'body';
  /** Bytes of the answer that came. */
  bytes: number;
  method: string;
  /** How long the connection was idle before; null for its first use. */
  idleUs: number | null;
  /** How long the server said that it keeps one, where it did. */
  keepAliveUs: number | null;
  sinceSentUs: number;
}

/** RFC 9110, 9.2.2. */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const staleIdleUs = 1_000_000;
const staleWithinUs = 2_000;

/**
 * A connection that ended before the answer was complete:
 * - within the body: truncated, whatever cut it;
 * - before that by FIN: closed (no byte, or part of a head);
 * - before that by an error: reset, except what the system says of the way there (unreachable, timeout); never unsent,
 *   whatever the error: bytes of the request may have gone out;
 * - stale-race in place of closed and reset: not one byte of an answer, an idempotent method, a connection used before
 *   that had been idle for at least 1 s (or as long as the server said that it would keep it, if that is less), and
 *   the end came within 2 ms of the send. Such a request may be repeated (RFC 9110, 9.2.2); nothing else is a race.
 */
export function lostConnection(loss: Loss): Ending {
  const { by, phase } = loss;
  if (phase === 'body') return { outcome: 'truncated', phase, detail: by };
  if (isStaleRace(loss)) return { outcome: 'stale-race', phase, detail: by };
  if (by === 'FIN' || by === unannouncedEnd) return { outcome: 'closed', phase, detail: by };
  if (by === 'ETIMEDOUT') return { outcome: 'timeout', phase, detail: by };
  if (noWay.has(by)) return { outcome: 'unreachable', phase, detail: by };
  return { outcome: 'reset', phase, detail: by };
}

function isStaleRace({ by, bytes, method, idleUs, keepAliveUs, sinceSentUs }: Loss): boolean {
  if (!['FIN', unannouncedEnd, 'ECONNRESET', 'EPIPE'].includes(by)) return false;
  if (bytes > 0 || idleUs === null || !idempotent.has(method)) return false;
  const announcedUs = keepAliveUs === null || keepAliveUs === 0 ? Number.POSITIVE_INFINITY : keepAliveUs;
  return idleUs >= Math.min(staleIdleUs, announcedUs) && sinceSentUs <= staleWithinUs;
}
