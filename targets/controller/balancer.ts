import { connect, createServer, type Server, type Socket } from 'node:net';
import { HitlessError } from '../../record/error.ts';
import type { Endpoint } from '../target.ts';

/**
 * A port on the loopback address for browsers and other engines: each connection is passed on to an endpoint drawn by
 * chance. As with every proxy at this level, a connection that cannot be passed on was accepted first, and is reset.
 */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #choose: () => Endpoint | undefined;

  constructor(choose: () => Endpoint | undefined) {
    this.#choose = choose;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#pass(client));
  }

  /**
   * Listens where it must (`required`: an error where it cannot), else where it would like to, else anywhere.
   * Returns its port.
   */
  async listen(required: number | undefined, preferred: number): Promise<number> {
    if (required === undefined) {
      try {
        return await this.#listen(preferred);
      } catch {
        return await this.#listen(0);
      }
    }
    try {
      return await this.#listen(required);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
      throw new HitlessError('HITLESS_PORT_IN_USE', `port ${required} of 127.0.0.1 ${why}`, {
        blame: 'environment',
        hint: 'Set app.port to another one, or leave it out.',
        cause,
      });
    }
  }

  #listen(port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const server = this.#server;
    const onError = (error: Error) => reject(error);
    server.once('error', onError);
    server.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
    return promise;
  }

  #pass(client: Socket): void {
    const endpoint = this.#choose();
    this.#keep(client);
    if (endpoint === undefined) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: endpoint.host, port: endpoint.port, allowHalfOpen: true, noDelay: true });
    this.#keep(server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.resetAndDestroy());
      from.pipe(to);
      from.once('close', () => to.destroySoon());
    }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
