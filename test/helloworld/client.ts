import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A connection that shows each byte: what came, when it ended, and how. */
export class Connection {
  readonly socket: Socket;
  received = '';
  /** `end`: the server's FIN; else an error's code. */
  closedBy: string | null = null;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => {
      this.received += data;
    });
    this.socket.on('end', () => {
      this.closedBy ??= 'end';
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.closedBy ??= error.code ?? error.message;
    });
  }

  async opened(): Promise<this> {
    await once(this.socket, 'connect');
    return this;
  }

  write(bytes: string): void {
    this.socket.write(bytes);
  }

  /** Waits for one whole answer, takes it from what was received, and fails if the connection ends before it. */
  async answer(): Promise<Answer> {
    for (;;) {
      const headEnd = this.received.indexOf('\r\n\r\n');
      const [start = '', ...lines] = this.received.slice(0, Math.max(headEnd, 0)).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const bodyEnd = headEnd + 4 + Number(headers['content-length']);
      if (headEnd >= 0 && this.received.length >= bodyEnd) {
        const body = this.received.slice(headEnd + 4, bodyEnd);
        this.received = this.received.slice(bodyEnd);
        return { status: Number(start.split(' ')[1]), headers, body };
      }
      if (this.closedBy !== null) throw new Error(`${this.closedBy} after ${JSON.stringify(this.received)}`);
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'end')]);
    }
  }

  async get(path = '/', headers: Record<string, string> = {}): Promise<Answer> {
    const lines = Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    return this.answer();
  }

  /** Resolves with how the server closed it. */
  async closed(): Promise<string> {
    if (this.closedBy === null) await Promise.race([once(this.socket, 'end'), once(this.socket, 'close')]);
    return this.closedBy ?? 'close';
  }
}

/** One request on a connection of its own. */
export async function get(port: number, path = '/', headers: Record<string, string> = {}): Promise<Answer> {
  const connection = new Connection(port);
  try {
    await connection.opened();
    return await connection.get(path, headers);
  } finally {
    connection.socket.destroy();
  }
}
