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

/** What is known when a connection ends under an attempt. */
export interface Loss {
  /** The server's orderly end (FIN), or the code of the error that the system reported. */
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
  if (by === 'FIN') return { outcome: 'closed', phase, detail: by };
  if (by === 'ETIMEDOUT') return { outcome: 'timeout', phase, detail: by };
  if (noWay.has(by)) return { outcome: 'unreachable', phase, detail: by };
  return { outcome: 'reset', phase, detail: by };
}

function isStaleRace({ by, bytes, method, idleUs, keepAliveUs, sinceSentUs }: Loss): boolean {
  if (by !== 'FIN' && by !== 'ECONNRESET' && by !== 'EPIPE') return false;
  if (bytes > 0 || idleUs === null || !idempotent.has(method)) return false;
  const announcedUs = keepAliveUs === null || keepAliveUs === 0 ? Number.POSITIVE_INFINITY : keepAliveUs;
  return idleUs >= Math.min(staleIdleUs, announcedUs) && sinceSentUs <= staleWithinUs;
}
