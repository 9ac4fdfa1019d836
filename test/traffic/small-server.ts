import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Pair } from '../certificates.ts';

export interface Request {
  /** Of the connection that it came on, from 1. */
  connection: number;
  /** Its place on that connection, from 1. */
  use: number;
  method: string;
  path: string;
  headers: Map<string, string>;
  body: string;
  socket: Socket;
}

/** A server in this process that leaves each request to `answer`, and remembers them all; with TLS where it has a certificate. */
export class SmallServer {
  readonly requests: Request[] = [];
  /** Local ends of the clients, as `address:port`, in the order in which they came. */
  readonly clients: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(answer: (request: Request) => void, pair?: Pair) {
    const options = { allowHalfOpen: true, noDelay: true };
    const accept = (socket: Socket) => {
      this.#sockets.add(socket);
      this.clients.push(`${socket.remoteAddress}:${socket.remotePort}`);
      const connection = this.clients.length;
      let use = 0;
      let received = '';
      socket.on('data', (data) => {
        received += data.toString('latin1');
        for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
          const [first = '', ...lines] = received.slice(0, end).split('\r\n');
          const [method = '', path = ''] = first.split(' ');
          const headers = new Map(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]));
          const length = Number(headers.get('content-length') ?? 0);
          if (received.length < end + 4 + length) return;
          const body = received.slice(end + 4, end + 4 + length);
          received = received.slice(end + 4 + length);
          const request = { connection, use: ++use, method, path, headers, body, socket };
          this.requests.push(request);
          answer(request);
        }
      });
      socket.on('end', () => socket.end());
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    };
    this.#server =
      pair === undefined ? createServer(options, accept) : createTlsServer({ ...options, ...pair }, accept);
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** On a port below the ephemeral range. */
  async listen(): Promise<number> {
    for (let port = 20_000 + (process.pid % 10_000); ; port++) {
      const isFree = await new Promise<boolean>((resolve) => {
        this.#server.once('error', () => resolve(false));
        this.#server.listen({ port, host: '127.0.0.1', backlog: 4_096 }, () => resolve(true));
      });
      this.#server.removeAllListeners('error');
      if (isFree) return port;
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

export const good = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

export function later(ms: number, act: () => void): void {
  setTimeout(act, ms);
}
