import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { alertOf, type TlsSettings, tlsOptions } from '../../targets/tls.ts';
import type { Place } from './destination.ts';
import { dial, type SocketListener } from './dial.ts';
import { unannouncedEnd } from './outcome.ts';
import type { LocalEnd } from './source-address.ts';

export interface SecureListener extends SocketListener {
  /** The handshake is done, and the other side is who it should be; `resumed`: by the session of an earlier connection. */
  secured(resumed: boolean): void;
}

/** How one thread's connections to one host are secured. */
export class TlsClient {
  readonly #options: ConnectionOptions;
  readonly #reuses: boolean;
  #session: Buffer | undefined;

  constructor(options: ConnectionOptions, reuses: boolean) {
    this.#options = options;
    this.#reuses = reuses;
  }

  /** `host`: the URL's, without brackets. */
  static to(host: string, settings: TlsSettings): TlsClient {
    return new TlsClient(tlsOptions(settings, host), settings.reuse ?? false);
  }

  /** The same trust, with sessions that are nobody else's. */
  apart(reuses: boolean): TlsClient {
    return new TlsClient(this.#options, reuses);
  }

  /** Begins a handshake. Without `reuse` it is a full one each time. */
  begin(bytes: Duplex): TLSSocket {
    const session = this.#session === undefined ? {} : { session: this.#session };
    const socket = connect({ ...this.#options, ...session, socket: bytes });
    if (this.#reuses)
      socket.on('session', (latest) => {
        this.#session = latest;
      });
    return socket;
  }
}

/**
 * A TCP connection with TLS on it. The two are kept apart, as node:tls alone would not tell a connection that was cut from
 * one whose end was announced (close_notify; RFC 8446, 6.1): the end of TCP never reaches TLS, and comes here, when all
 * that came before it has been read.
 */
export class SecureSocket {
  readonly #tcp: Socket;
  readonly #listener: SecureListener;
  readonly #client: TlsClient;
  /** What TLS reads and writes. */
  readonly #records: Duplex;
  #tls: TLSSocket | null = null;
  #isSecured = false;
  #isOver = false;

  constructor(place: Place, local: LocalEnd | undefined, buffer: Buffer, client: TlsClient, listener: SecureListener) {
    this.#client = client;
    this.#listener = listener;
    this.#records = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _, done) => this.#tcp.write(chunk, () => done()),
    });
    this.#tcp = dial(place, local, buffer, {
      connected: () => this.#connected(),
      // TLS may take the bytes later than the next read comes.
      read: (length, bytes) => this.#records.push(Buffer.from(bytes.subarray(0, length))),
      cut: (by, writing) => this.#cut(by === 'FIN' && this.#isSecured ? unannouncedEnd : by, writing),
    });
  }

  /** Bytes that the system has not taken yet. */
  get writableLength(): number {
    return this.#tcp.writableLength;
  }

  write(bytes: string | Buffer, encoding: BufferEncoding = 'latin1'): void {
    if (typeof bytes === 'string') this.#tls?.write(bytes, encoding);
    else this.#tls?.write(bytes);
  }

  /** Ends it from our side; the other side is told where it can be. Nothing is reported any more. */
  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isSecured && this.writableLength === 0) this.#tls?.end();
    // The last write is done by then, and close_notify has gone out behind it.
    setImmediate(() => setImmediate(() => this.#drop()));
  }

  #connected(): void {
    if (this.#isOver) return;
    this.#listener.connected();
    const tls = this.#client.begin(this.#records);
    this.#tls = tls;
    tls.on('secureConnect', () => {
      if (this.#isOver) return;
      this.#isSecured = true;
      this.#listener.secured(tls.isSessionReused());
    });
    tls.on('data', (chunk: Buffer) => {
      if (!this.#isOver) this.#listener.read(chunk.length, chunk);
    });
    tls.on('end', () => this.#cut('FIN', false));
    tls.on('error', ({ code = 'EPROTO' }: NodeJS.ErrnoException) => {
      const alert = alertOf(code);
      this.#cut(alert === undefined ? code : `alert ${alert}`, false);
    });
  }

  #cut(by: string, writing: boolean): void {
    if (!this.#isOver) this.#listener.cut(by, writing);
  }

  #drop(): void {
    this.#tls?.destroy();
    this.#records.destroy();
    this.#tcp.destroy();
  }
}
