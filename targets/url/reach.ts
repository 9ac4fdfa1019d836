import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HitlessError } from '../../record/error.ts';
import { placeOf } from '../address.ts';
import { alertOf, type TlsSettings } from '../tls.ts';
import { certificateFault, handshake, handshakeFault, speaksTls } from './handshake.ts';

/** As long as a lane waits for a connection by default. */
const longestMs = 5_000;

/** What the user said of the way there. */
export interface Way {
  tls?: TlsSettings;
  /** Of the URL's host, in place of what the resolver says. */
  addresses?: readonly string[];
}

/** One more connection to the address that accepted one; the error's code where it is not accepted. */
type Open = () => Promise<Socket | string>;

/**
 * Tries the address as traffic will: looks the name up, connects, does the TLS handshake with the same trust, asks once
 * (HEAD). Any answer in HTTP is good, a bad status too, as checks judge that; returns a line where there is something to
 * know before. Rejects with HITLESS_URL_NAME, HITLESS_URL_UNREACHABLE, HITLESS_URL_TLS, HITLESS_URL_CERTIFICATE or
 * HITLESS_URL_NOT_HTTP where requests could never be answered.
 */
export async function reach(url: URL, signal: AbortSignal, { tls = {}, addresses }: Way = {}) {
  const { host, port } = placeOf(url);
  const refusals: string[] = [];
  for (const address of addresses ?? (await addressesOf(host))) {
    const open: Open = () => opened(address, port, signal);
    const socket = await open();
    if (typeof socket !== 'string')
      return url.protocol === 'https:' ? reachByTls(url, socket, open, tls) : reachPlainly(url, socket, open);
    refusals.push(`${address}: ${socket}`);
  }
  const way = refusals.every((refusal) => refusal.endsWith('ECONNREFUSED'))
    ? `nobody listens at ${url.host} (${refusals.join(', ')})`
    : `${url.host} cannot be reached (${refusals.join(', ')})`;
  throw fault('HITLESS_URL_UNREACHABLE', way, 'Is the port right, is it running, and may this machine connect to it?');
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const why = code === 'ENOTFOUND' ? `there is no host ${host}` : `the name ${host} could not be looked up`;
    throw fault(
      'HITLESS_URL_NAME',
      `${why} (${code})`,
      'Is it spelt right, and known to the resolver of this machine?',
    );
  }
}

function opened(host: string, port: number, signal: AbortSignal): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: longestMs });
    const refused = (code: string) => {
      socket.destroy();
      resolve(code);
    };
    // A socket of the ephemeral range can meet itself at a closed port (simultaneous open, RFC 9293, 3.5).
    socket.once('connect', () => (socket.localPort === socket.remotePort ? refused('ECONNREFUSED') : resolve(socket)));
    socket.on('error', (error: NodeJS.ErrnoException) => refused(error.code ?? error.message));
    socket.once('timeout', () => refused(`no answer within ${longestMs / 1000} s`));
  });
}

type Answer =
  | { status: number; location: string | undefined }
  | { fault: 'silent' | 'closed' | 'not HTTP'; by: string };

/** Asks over a connection that is there, and ends it. */
function ask({ pathname, host }: URL, socket: Duplex): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { method: 'HEAD', path: pathname, headers: { host }, timeout: longestMs };
    const asked = request({ ...options, createConnection: () => socket });
    const end = (answer: Answer) => {
      asked.destroy();
      resolve(answer);
    };
    asked.once('response', ({ statusCode = 0, headers }) => end({ status: statusCode, location: headers.location }));
    asked.once('timeout', () => end({ fault: 'silent', by: '' }));
    asked.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
      end({ fault: code.startsWith('HPE_') ? 'not HTTP' : 'closed', by: code }),
    );
    asked.end();
  });
}

async function reachPlainly(url: URL, socket: Socket, open: Open): Promise<string | undefined> {
  const answer = await ask(url, socket);
  if ('status' in answer && answer.status !== 400) return judgeAnswer(url, answer);
  // A port for TLS answers plain HTTP with 400, with an alert, or not at all, by whatever serves there.
  const again = await open();
  if (typeof again !== 'string' && (await speaksTls(again, longestMs)))
    throw fault(
      'HITLESS_URL_TLS',
      `${url.host} speaks TLS (https), and traffic is plain http`,
      'Write https:// in place of http://, if that is what clients use.',
    );
  return judgeAnswer(url, answer);
}

async function reachByTls(url: URL, tcp: Socket, open: Open, tls: TlsSettings): Promise<string | undefined> {
  const { host } = placeOf(url);
  const shaken = await handshake(tcp, host, tls, longestMs);
  if (typeof shaken === 'string') {
    const again = shaken.startsWith('alert ') ? 'not tried' : await open();
    const isPlain = typeof again !== 'string' && 'status' in (await ask(url, again));
    if (isPlain)
      throw fault(
        'HITLESS_URL_TLS',
        `${url.host} speaks plain http, and no TLS (https)`,
        'Write http:// in place of https://, if that is what clients use, or give the port for https.',
      );
    throw asError('HITLESS_URL_TLS', handshakeFault(url.host, shaken));
  }
  const wrong = certificateFault(url.host, tls.servername ?? host, shaken);
  if (wrong !== undefined && !tls.insecure) {
    shaken.destroy();
    throw asError('HITLESS_URL_CERTIFICATE', wrong);
  }
  const answer = await ask(url, shaken);
  // In TLS 1.3 a server refuses a client's certificate, or the lack of one, after the handshake.
  const alert = 'by' in answer ? alertOf(answer.by) : undefined;
  if (alert !== undefined) throw asError('HITLESS_URL_TLS', handshakeFault(url.host, `alert ${alert}`));
  return judgeAnswer(url, answer);
}

const withoutHeaders = ", asked without the lanes' own headers";

function judgeAnswer({ href, host }: URL, answer: Answer): string | undefined {
  if ('status' in answer) {
    const { status, location } = answer;
    if (status < 300) return undefined;
    const to = location === undefined ? '' : ` to ${location}`;
    const more = status < 400 ? '; redirects are not followed' : [401, 403].includes(status) ? withoutHeaders : '';
    return `${href} answers ${status}${to}${more}`;
  }
  if (answer.fault === 'not HTTP')
    throw fault('HITLESS_URL_NOT_HTTP', `what listens at ${host} does not speak HTTP`, 'Is the port right?');
  return answer.fault === 'silent'
    ? `${host} accepts connections, and has not answered within ${longestMs / 1000} s`
    : `${host} accepts connections, and closed one without an answer`;
}

function asError(code: string, { message, hint }: { message: string; hint: string }): HitlessError {
  return fault(code, message, hint);
}

function fault(code: string, message: string, hint: string): HitlessError {
  return new HitlessError(code, message, { blame: 'environment', hint });
}
