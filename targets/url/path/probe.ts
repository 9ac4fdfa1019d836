import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsSettings } from '../../tls.ts';
import { handshake } from '../handshake.ts';

/** What is asked to find out who answers. Few, and nothing that an app could act on. */
export const probes = {
  /** As `reach` asks. */
  ordinary: (host: string, path: string) => `HEAD ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
  /** A field line without a colon is none (RFC 9112, 5): who parses the request refuses it. */
  'no colon': (host: string, path: string) =>
    `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nno field line of HTTP\r\nconnection: close\r\n\r\n`,
  /** A request of HTTP/1.1 without Host has to be refused with 400 (RFC 9112, 3.2). */
  'no host': (_host: string, path: string) => `GET ${path} HTTP/1.1\r\nconnection: close\r\n\r\n`,
} as const;

export type Probe = keyof typeof probes;
export const malformed: readonly Probe[] = ['no colon', 'no host'];

/** An answer as far as it tells who gave it. */
export interface ProbeAnswer {
  /** null: what came is no HTTP, or nothing came. */
  status: number | null;
  headers: ReadonlyMap<string, string>;
  /** The begin of the body. */
  body: string;
}

export interface Place {
  address: string;
  port: number;
  /** What the Host header says. */
  host: string;
  path: string;
  /** null: plain HTTP. */
  tls: TlsSettings | null;
}

/** As long as a lane's connection may take. */
const longestMs = 5_000;
const mostBytes = 16_384;
const mostHeaders = 100;
const bodyLength = 400;

/** Asks once over a connection of its own; null where there is none. */
export async function ask(probe: Probe, place: Place, signal: AbortSignal): Promise<ProbeAnswer | null> {
  const connection = await connectTo(place, signal);
  return connection === null ? null : askOver(connection, probe, place);
}

export async function askOver(connection: Duplex, probe: Probe, { host, path }: Place): Promise<ProbeAnswer> {
  const request = probes[probe](host, path);
  return answerOf(await exchange(connection, request, !request.startsWith('HEAD')));
}

/** null where none can be opened within five seconds. */
export async function connectTo({ address, port, host, tls }: Place, signal: AbortSignal): Promise<Duplex | null> {
  const tcp = await new Promise<Socket | null>((resolve) => {
    const socket = connect({ host: address, port, signal, timeout: longestMs });
    const failed = () => {
      socket.destroy();
      resolve(null);
    };
    socket.once('connect', () => (socket.localPort === socket.remotePort ? failed() : resolve(socket)));
    socket.on('error', failed);
    socket.once('timeout', failed);
  });
  if (tcp === null || tls === null) return tcp;
  const shaken = await handshake(tcp, host.replace(/:\d+$/, ''), tls, longestMs);
  return typeof shaken === 'string' ? null : shaken;
}

/** All that comes until it is whole or the other side ends it, within five seconds and 16 KiB. */
function exchange(socket: Duplex, request: string, hasBody: boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(end, longestMs);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.length >= mostBytes || isWhole(text, hasBody)) end();
    });
    socket.once('end', end);
    socket.on('error', end);
    socket.once('close', end);
    socket.write(request, 'latin1');
  });
}

/** Not every server ends the connection when it is asked to. */
function isWhole(text: string, hasBody: boolean): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1 || !hasBody) return end !== -1;
  const { headers } = answerOf(text);
  const length = headers.get('content-length');
  if (length !== undefined) return text.length >= end + 4 + Number(length);
  return headers.get('transfer-encoding') === 'chunked' && text.endsWith('0\r\n\r\n');
}

/** Reads what came; exported for tests. */
export function answerOf(text: string): ProbeAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end === -1 ? text.length : end).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1];
  const headers = new Map<string, string>();
  for (const line of lines.slice(0, mostHeaders)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return {
    status: status === undefined ? null : Number(status),
    headers,
    body: end === -1 ? '' : text.slice(end + 4, end + 4 + bodyLength),
  };
}
