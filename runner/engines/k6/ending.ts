import { type Ending, lostConnection } from '../../traffic/outcome.ts';
import type { Measured, Request } from './requests.ts';

/** What is known of the connection that it went over. */
export interface Way {
  /** How long that had been idle; null where it is new, or nobody knows. */
  idleUs: number | null;
}

/** What this machine refuses before anything goes out, in Go's words for the errors (syscall package). */
const ownRefusal =
  /cannot assign requested address|address already in use|too many open files|no buffer space|cannot allocate memory/i;
const noWay = /no route to host|network is unreachable|host is down|network is down|permission denied|not permitted/i;

/** How a request ended, by k6's error_code (k6 docs, javascript-api/error-codes) and the script's own word. */
export function endingOf({ method, measured, word }: Request, way: Way): Ending {
  if (measured === null) return unmeasured(word);
  const { tags } = measured;
  const code = Number(tags.error_code ?? 0);
  const hasStatus = tags.status !== undefined && tags.status !== '0';
  if (!hasStatus || (code > 0 && (code < 1400 || code > 1599))) return lost(code, method, measured, way);
  // Without the tag the script has switched the callback off; k6's own default is meant then.
  const expected = tags.expected_response === undefined ? isUsual(tags.status) : tags.expected_response === 'true';
  if (!expected) return { outcome: 'status', phase: 'validate', detail: tags.status ?? null };
  if (word !== null && word.tags.outcome !== 'ok')
    return { outcome: 'invalid', phase: 'validate', detail: shortLine(word.metadata.detail ?? 'the script said so') };
  return { outcome: 'ok', phase: null, detail: null };
}

/** k6 counts 200 to 399 as expected by default. */
function isUsual(status: string | undefined): boolean {
  return Number(status) >= 200 && Number(status) <= 399;
}

/** An invalid URL has no lines, and is the script's own fault; all else was cut. */
function unmeasured(word: Request['word']): Ending {
  if (word === null) return { outcome: 'unanswered', phase: null, detail: 'k6 ended it, and wrote no line of it' };
  return { outcome: 'unsent', phase: null, detail: shortLine(word.metadata.detail ?? 'k6 could not send it') };
}

function lost(code: number, method: string, { tags, timings }: Measured, { idleUs }: Way): Ending {
  const words = shortLine(`${tags.error ?? 'no word of it'} (${code})`);
  const end = (outcome: Ending['outcome'], phase: Ending['phase']): Ending => ({ outcome, phase, detail: words });
  const phase = phaseOf(timings, tags.error ?? '');
  const cut = (by: 'FIN' | 'ECONNRESET'): Ending => {
    if (phase === 'connect') return end(by === 'FIN' ? 'closed' : 'reset', phase);
    const sinceSentUs = (timings.http_req_waiting ?? 0) * 1000;
    // k6 does not tell how long a server said that it would keep a connection.
    const loss = { by, phase, bytes: 0, method, idleUs, keepAliveUs: null, sinceSentUs };
    return { ...lostConnection(loss), detail: words };
  };
  if (code === 1020 || code === 1110 || code === 1111 || ownRefusal.test(tags.error ?? ''))
    return { outcome: 'unsent', phase: null, detail: words };
  if (code === 1050) return end('timeout', phase === 'write' ? 'headers' : phase);
  // The check of what did not go out as no resolver answered knows the system's own word for "no such name".
  if (code === 1101) return { outcome: 'unreachable', phase: 'resolve', detail: 'ENOTFOUND' };
  if (code >= 1100 && code < 1200) return end('unreachable', 'resolve');
  if (code === 1201 || code === 1220) return cut('ECONNRESET');
  if (code === 1211) return end('timeout', 'connect');
  if (code === 1212) return end('refused', 'connect');
  if (code === 1210 || code === 1213 || code === 1010) return end('unreachable', 'connect');
  if (code >= 1200 && code < 1300) return noWay.test(tags.error ?? '') ? end('unreachable', phase) : cut('ECONNRESET');
  if (code === 1301) return end('malformed', 'tls');
  if (code >= 1300 && code < 1400) return end('invalid', 'tls');
  if (code >= 1610 && code < 1630) return cut('FIN');
  if (code >= 1600 && code < 1700) return cut('ECONNRESET');
  if (code === 1701) return end('malformed', 'body');
  return other(tags.error ?? '', phase, cut, end);
}

/** 1000: what has no code of its own. */
function other(
  error: string,
  phase: NonNullable<Ending['phase']>,
  cut: (by: 'FIN') => Ending,
  end: (outcome: Ending['outcome'], phase: Ending['phase']) => Ending,
): Ending {
  if (/\bEOF\b|server closed/i.test(error)) return cut('FIN');
  if (/tls: |x509: /i.test(error)) return end('invalid', 'tls');
  return end('malformed', phase === 'body' ? 'body' : 'headers');
}

/** Where it was when it ended: nothing is above 0 where no connection was had. */
function phaseOf(timings: Readonly<Record<string, number>>, error: string): 'connect' | 'write' | 'headers' | 'body' {
  if ((timings.http_req_receiving ?? 0) > 0) return 'body';
  if ((timings.http_req_duration ?? 0) <= 0) return 'connect';
  return error.startsWith('write:') ? 'write' : 'headers';
}

/** Words of others, for a line of a report. */
export function shortLine(text: string, limit = 200): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, limit);
}
