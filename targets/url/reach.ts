import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HitlessError } from '../../record/error.ts';
import { placeOf } from './address.ts';

/** As long as a lane waits for a connection by default. */
const longestMs = 5_000;

/**
 * Tries the address as traffic will: looks the name up, connects, asks once (HEAD). Any answer in HTTP is good, a bad
 * status too, as checks judge that; returns a line where there is something to know before. Rejects with HITLESS_URL_NAME,
 * HITLESS_URL_UNREACHABLE, HITLESS_URL_TLS or HITLESS_URL_NOT_HTTP where requests could never be answered.
 */
export async function reach(url: URL, signal: AbortSignal): Promise<string | undefined> {
  const { host, port } = placeOf(url);
  const addresses = await addressesOf(host);
  const refusals: string[] = [];
  for (const address of addresses) {
    const refusal = await refusalOf(address, port, signal);
    if (refusal === undefined) return judgeAnswer(url, await ask(url, signal), signal);
    refusals.push(`${address}: ${refusal}`);
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

/** The code of the error that a connection ends with; undefined where it is accepted. */
function refusalOf(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: longestMs });
    const end = (refusal: string | undefined) => {
      socket.destroy();
      resolve(refusal);
    };
    // A socket of the ephemeral range can meet itself at a closed port (simultaneous open, RFC 9293, 3.5).
    socket.once('connect', () => end(socket.localPort === socket.remotePort ? 'ECONNREFUSED' : undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.once('timeout', () => end(`no answer within ${longestMs / 1000} s`));
  });
}

type Answer = { status: number; location: string | undefined } | { fault: 'silent' | 'closed' | 'not HTTP' };

function ask(url: URL, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const asked = request(url, { method: 'HEAD', agent: false, signal, timeout: longestMs });
    const end = (answer: Answer) => {
      asked.destroy();
      resolve(answer);
    };
    asked.once('response', ({ statusCode = 0, headers }) => end({ status: statusCode, location: headers.location }));
    asked.once('timeout', () => end({ fault: 'silent' }));
    asked.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
      resolve({ fault: code.startsWith('HPE_') ? 'not HTTP' : 'closed' }),
    );
    asked.end();
  });
}

async function judgeAnswer(url: URL, answer: Answer, signal: AbortSignal): Promise<string | undefined> {
  if ('status' in answer && answer.status !== 400) {
    const { status, location } = answer;
    if (status < 300) return undefined;
    const to = location === undefined ? '' : ` to ${location}`;
    return `${url.href} answers ${status}${to}${status < 400 ? '; redirects are not followed' : ''}`;
  }
  // A port for TLS answers plain HTTP with 400, with an alert, or not at all, by whatever serves there.
  if (await speaksTls(url, signal))
    throw fault(
      'HITLESS_URL_TLS',
      `${url.host} speaks TLS (https), and traffic is plain http`,
      'Give the address of what listens for http behind the front.',
    );
  if ('status' in answer) return `${url.href} answers 400`;
  if (answer.fault === 'not HTTP')
    throw fault('HITLESS_URL_NOT_HTTP', `what listens at ${url.host} does not speak HTTP`, 'Is the port right?');
  return answer.fault === 'silent'
    ? `${url.host} accepts connections, and has not answered within ${longestMs / 1000} s`
    : `${url.host} accepts connections, and closed one without an answer`;
}

function speaksTls(url: URL, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  // Nothing is sent over it: whose certificate it is does not matter.
  const socket = connectTls({ ...placeOf(url), rejectUnauthorized: false, timeout: longestMs });
  const end = (speaks: boolean) => {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
    resolve(speaks);
  };
  const onAbort = () => end(false);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('secureConnect', () => end(true));
  // An alert is an answer in TLS too: it wants another name, or has no certificate.
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => end(/^ERR_SSL_.*ALERT/.test(code)));
  socket.once('timeout', () => end(false));
  return promise;
}

function fault(code: string, message: string, hint: string): HitlessError {
  return new HitlessError(code, `app.url: ${message}`, { blame: 'environment', hint });
}
