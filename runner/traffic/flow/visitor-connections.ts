import { Connection } from '../connection.ts';
import type { Wire } from '../exchange.ts';

/** As browsers have to one host over HTTP/1.1. */
const mostConnections = 6;

/** One visitor's: the first for all that it does in turn, others where it asks for several things at once. */
export class VisitorConnections {
  readonly isSecure: boolean;
  readonly #wire: Wire;
  readonly #busy = new Set<Connection>();
  #open: Connection[] = [];

  constructor(wire: Wire) {
    this.#wire = wire;
    this.isSecure = wire.tls !== null;
  }

  /** One to send on; `poll`: perhaps after the sockets have been read once more; `busy`: after an answer. */
  take(): Connection | 'poll' | 'busy' {
    this.#open = this.#open.filter((connection) => !connection.closed || this.#busy.has(connection));
    const idle = this.#open.filter((connection) => !this.#busy.has(connection));
    const settled = idle.find((connection) => connection.isSettled());
    if (settled !== undefined) return this.#taken(settled);
    if (idle.length > 0) return 'poll';
    if (this.#open.length === mostConnections) return 'busy';
    const connection = new Connection(this.#wire, { overflow: this.#open.length > 0, kept: true });
    this.#open.push(connection);
    return this.#taken(connection);
  }

  /** Its attempt has ended. */
  free(connection: Connection): void {
    this.#busy.delete(connection);
  }

  close(): void {
    for (const connection of this.#open) if (!connection.closed && !this.#busy.has(connection)) connection.close();
  }

  #taken(connection: Connection): Connection {
    this.#busy.add(connection);
    return connection;
  }
}
