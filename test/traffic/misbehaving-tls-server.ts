import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { seededRandom } from '../../runner/traffic/random.ts';
import type { Pair } from '../certificates.ts';

/**
 * A server with TLS that does to each connection, and to each request, what a die says, and keeps a ledger: of requests by
 * x-hitless-id, of connections that never came to one by what it did. Started as a child process that gets its orders as
 * its first message; it tells its port, and its books when it is asked.
 */
export interface TlsOrders {
  good: Pair;
  bad: Record<BadCertificate, Pair>;
  /** Whose certificates clients would have to show. */
  clientCa: string;
}

export type BadCertificate = 'expired' | 'not-yet' | 'wrong-name' | 'self-signed' | 'unknown-authority';

export interface TlsBooks {
  requests: [id: string, what: TlsBehaviour][];
  /** How many connections each was done to. */
  connections: Partial<Record<BeforeRequest, number>>;
}

const badCertificates: BadCertificate[] = ['expired', 'not-yet', 'wrong-name', 'self-signed', 'unknown-authority'];

/** A fatal alert, as it is before there are keys (RFC 8446, 5.1 and 6). */
const handshakeFailure = Buffer.from([21, 3, 3, 0, 2, 2, 40]);

/** What is done where a client's first bytes have come. */
const before = {
  stall: () => {},
  fin: (tcp: Socket) => tcp.end(),
  rst: (tcp: Socket) => tcp.resetAndDestroy(),
  plain: (tcp: Socket) => tcp.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'),
  alert: (tcp: Socket) => tcp.end(handshakeFailure),
};
export type BeforeRequest = keyof typeof before | BadCertificate | 'client-certificate' | 'client-certificate-1.2';

const json = '{"hello":"world"}';
const head = (length: number, more = '') => `HTTP/1.1 200 OK\r\n${more}content-length: ${length}\r\n\r\n`;
const good = head(json.length) + json;

/** `bare`: the end of TCP without close_notify. */
const behaviours = {
  good: (tls: TLSSocket) => tls.write(good),
  'close-notify': (tls: TLSSocket) => tls.end(),
  'bare-fin': (_: TLSSocket, tcp: Socket) => tcp.end(),
  rst: (_: TLSSocket, tcp: Socket) => tcp.resetAndDestroy(),
  'mid-headers': (tls: TLSSocket) => tls.end(good.slice(0, 12)),
  'mid-headers-bare': (tls: TLSSocket, tcp: Socket) => tls.write(good.slice(0, 12), () => tcp.end()),
  'mid-body': (tls: TLSSocket) => tls.end(good.slice(0, -5)),
  'mid-body-bare': (tls: TLSSocket, tcp: Socket) => tls.write(good.slice(0, -5), () => tcp.end()),
  'mid-chunk-bare': (tls: TLSSocket, tcp: Socket) =>
    tls.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"a":', () => tcp.end()),
  'mid-body-garbage': (tls: TLSSocket, tcp: Socket) => tls.write(good.slice(0, -5), () => tcp.end('no TLS record')),
  garbage: (_: TLSSocket, tcp: Socket) => tcp.end('no TLS record'),
  'until-close': (tls: TLSSocket) => tls.end(`HTTP/1.1 200 OK\r\n\r\n${json}`),
  'until-close-bare': (tls: TLSSocket, tcp: Socket) => tls.write(`HTTP/1.1 200 OK\r\n\r\n${json}`, () => tcp.end()),
  'until-close-rst': (tls: TLSSocket, tcp: Socket) =>
    tls.write(`HTTP/1.1 200 OK\r\n\r\n${json}`, () => tcp.resetAndDestroy()),
  'last-of-connection': (tls: TLSSocket) => tls.end(head(json.length, 'connection: close\r\n') + json),
  'good-then-bare-fin': (tls: TLSSocket, tcp: Socket) => tls.write(good, () => tcp.end()),
  'too-long': (tls: TLSSocket) => tls.write(head(json.length - 4) + json),
  'status-500': (tls: TLSSocket) => tls.write('HTTP/1.1 500 Oh\r\ncontent-length: 3\r\n\r\nno\n'),
  'not-http': (tls: TLSSocket) => tls.write('SSH-2.0-OpenSSH_9.6\r\n'),
  /** It came after the server had ended the connection. */
  'too-late': () => {},
};
export type TlsBehaviour = keyof typeof behaviours;

const bad = Object.keys(behaviours).filter((name) => name !== 'too-late') as TlsBehaviour[];
const badBefore: BeforeRequest[] = [
  ...(Object.keys(before) as (keyof typeof before)[]).filter((name) => name !== 'stall'),
  ...badCertificates,
  'client-certificate',
  'client-certificate-1.2',
];

function main({ good: pair, bad: pairs, clientCa }: TlsOrders): void {
  const random = seededRandom(20_191_216);
  const books: TlsBooks = { requests: [], connections: {} };
  const contexts = {
    good: createSecureContext(pair),
    'client-certificate': createSecureContext({ ...pair, ca: clientCa }),
    'client-certificate-1.2': createSecureContext({ ...pair, ca: clientCa, maxVersion: 'TLSv1.2' }),
    ...Object.fromEntries(badCertificates.map((name) => [name, createSecureContext(pairs[name])])),
  } as Record<string, ReturnType<typeof createSecureContext>>;
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  let accepted = 0;
  const turnOfConnection = (): BeforeRequest | null => {
    if (++accepted % 200 === 0) return 'stall';
    return random() < 0.7 ? null : pick(badBefore);
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (tcp) => {
    tcp.on('error', () => tcp.destroy());
    tcp.on('end', () => tcp.end());
    const what = turnOfConnection();
    if (what !== null) books.connections[what] = (books.connections[what] ?? 0) + 1;
    if (what !== null && what in before) {
      tcp.once('data', () => before[what as keyof typeof before](tcp));
      return;
    }
    const wantsCertificate = what?.startsWith('client-certificate') ?? false;
    const tls = new TLSSocket(tcp, {
      isServer: true,
      secureContext: contexts[what ?? 'good'],
      ...(wantsCertificate ? { requestCert: true, rejectUnauthorized: true } : {}),
    });
    tls.on('error', () => tcp.destroy());
    let received = '';
    let hasEnded = false;
    tls.on('data', (data) => {
      received += data.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const id = /x-hitless-id: (\S+)/.exec(received)?.[1] ?? 'none';
        received = received.slice(end + 4);
        const turn = hasEnded ? 'too-late' : random() < 0.4 ? 'good' : pick(bad);
        books.requests.push([id, turn]);
        hasEnded ||= !['good', 'status-500', 'too-long', 'not-http'].includes(turn);
        behaviours[turn](tls, tcp);
      }
    });
    tls.on('end', () => tls.end());
  });
  server.listen({ port: 20_000 + (process.pid % 10_000), host: '127.0.0.1', backlog: 4_096 }, () => {
    process.send?.({ port: (server.address() as { port: number }).port });
  });
  server.once('error', (error) => {
    process.send?.({ error: String(error) });
    process.exit(1);
  });
  process.on('message', () => process.send?.(books, () => process.exit(0)));
  process.on('disconnect', () => process.exit(0));
}

if (process.send !== undefined) process.once('message', (orders) => main(orders as TlsOrders));
