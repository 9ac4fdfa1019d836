import type { Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { alertOf, type TlsSettings, tlsOptions } from '../tls.ts';

/** What is wrong and what to do. */
export interface Fault {
  message: string;
  hint: string;
}

/**
 * A TLS handshake over a connection that is there, with whatever certificate: what is wrong with that, `certificateFault`
 * says. The error's code, the other side's alert (`alert protocol_version`), `closed` or `silent` where there is none.
 */
export function handshake(tcp: Socket, host: string, tls: TlsSettings, longestMs: number): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const socket = connect({ ...tlsOptions(tls, host), socket: tcp, rejectUnauthorized: false });
    const failed = (by: string) => {
      socket.destroy();
      tcp.destroy();
      resolve(by);
    };
    socket.setTimeout(longestMs, () => failed('silent'));
    socket.once('secureConnect', () => resolve(socket));
    socket.on('error', ({ code = 'closed' }: NodeJS.ErrnoException) => {
      const alert = alertOf(code);
      failed(alert === undefined ? code : `alert ${alert}`);
    });
    socket.once('close', () => failed('closed'));
  });
}

/** Whether TLS is answered with TLS; nothing is sent over it, so whose certificate it is does not matter. */
export async function speaksTls(tcp: Socket, longestMs: number): Promise<boolean> {
  const shaken = await handshake(tcp, 'localhost', { ca: '', insecure: true }, longestMs);
  if (typeof shaken !== 'string') shaken.destroy();
  // An alert is an answer in TLS too: it wants another name, or has no certificate.
  return typeof shaken !== 'string' || shaken.startsWith('alert ');
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What is wrong with the certificate of `at`, which should be for `name`; undefined where nothing is. */
export function certificateFault(at: string, name: string, socket: TLSSocket): Fault | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  const { subject, issuer, subjectaltname, valid_from, valid_to } = socket.getPeerCertificate();
  const of = `the certificate of ${at}`;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return {
      message: `${of} is signed by itself, and not trusted here (${code})`,
      hint: 'Where that is meant, give the certificate as app.tls.ca (--cacert).',
    };
  if (untrusted.has(code))
    return {
      message: `${of} is signed by ${nameOf(issuer)}, which is not trusted here (${code})`,
      hint: "Give the authority's certificate as app.tls.ca (--cacert). Or does the server leave out those in between?",
    };
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        message: `${of} is for ${namesOf(subjectaltname) || nameOf(subject)}, not for ${name}`,
        hint: 'Is the host right? app.tls.servername (--servername) says whose certificate it has to be.',
      };
    case 'CERT_HAS_EXPIRED':
      return { message: `${of} expired on ${valid_to}`, hint: "It needs a new one. Is this machine's clock right?" };
    case 'CERT_NOT_YET_VALID':
      return { message: `${of} is valid from ${valid_from}`, hint: "Is this machine's clock right?" };
    default:
      return { message: `${of} is not accepted (${code})`, hint: 'It has to be one that clients accept.' };
  }
}

const clientCertificate = /certificate|unknown_ca|access_denied/;

/** Why a handshake failed, by what `handshake` says. */
export function handshakeFault(at: string, by: string): Fault {
  if (by === 'silent')
    return { message: `${at} accepts connections, and does not answer the TLS handshake`, hint: 'Is the port right?' };
  if (!by.startsWith('alert '))
    return {
      message: `the TLS handshake with ${at} failed (${by})`,
      hint: 'Is the port right, and does it speak TLS?',
    };
  const message = `${at} refuses the TLS handshake (${by})`;
  if (clientCertificate.test(by))
    return { message, hint: 'Does it want a certificate of clients? Give app.tls.cert and key (--cert, --key).' };
  if (by === 'alert no_application_protocol')
    return { message, hint: 'It speaks no HTTP/1.1; hitless does not speak HTTP/2.' };
  if (by === 'alert unrecognized_name')
    return { message, hint: 'It does not know the host; app.tls.servername (--servername) names another.' };
  if (by === 'alert protocol_version') return { message, hint: 'hitless speaks TLS 1.2 and 1.3.' };
  return { message, hint: 'What it writes into its own log says why.' };
}

/** A certificate is written by the other side: what is shown of it stays on one line. */
function nameOf(subject: PeerCertificate['subject'] | undefined): string {
  const { CN, O } = subject ?? {};
  return JSON.stringify(String(CN ?? O ?? 'somebody without a name').slice(0, 100));
}

function namesOf(names: string | undefined): string {
  return (names ?? '')
    .split(', ')
    .slice(0, 5)
    .map((name) =>
      name
        .replace(/^(DNS|IP Address):/, '')
        .replace(/[^\x21-\x7e]/g, '?')
        .slice(0, 100),
    )
    .join(', ');
}
