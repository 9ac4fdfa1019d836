import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Replica } from './replica.ts';

/**
 * A kept connection must outlive the pauses of the clients that keep it, or the server closes it just as the next
 * request goes out. Balancers keep theirs for 60 s (AWS ALB's idle timeout, nginx's upstream keepalive_timeout).
 */
const keepAliveTimeoutMs = 65_000;

/** How long a connection that was accepted at the last moment may take to send its request. */
const lastRequestMs = 500;

/**
 * Makes SIGTERM lossless: for `drainMs` the server accepts and answers as before, but is no longer ready and says
 * `Connection: close`, so that each client leaves of its own accord. Only then the listener and the connections that are
 * still idle are closed; requests in flight are finished, and with the last one the process ends with code 0.
 */
export function drainOnSigterm(server: Server, replica: Pick<Replica, 'drain'>, drainMs: number): void {
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const waiting = connectionsWithoutRequest(server);
  let asked = false;
  process.on('SIGTERM', async () => {
    if (asked) return;
    asked = true;
    if (!server.listening) process.exit(0);
    replica.drain();
    await setTimeout(drainMs);
    // After timers the event loop reads its sockets: what has arrived by now is taken before the doors close.
    await setImmediate();
    const closed = once(server, 'close');
    server.close();
    await Promise.race([closed, setTimeout(lastRequestMs, undefined, { ref: false })]);
    for (const connection of waiting) connection.destroy();
  });
}

/** Those that have not sent a request, or not a whole one, since the last answer; kept up to date. */
function connectionsWithoutRequest(server: Server): ReadonlySet<Socket> {
  const waiting = new Set<Socket>();
  server.on('connection', (connection) => {
    waiting.add(connection);
    connection.once('close', () => waiting.delete(connection));
  });
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) waiting.add(socket);
    });
  });
  return waiting;
}
