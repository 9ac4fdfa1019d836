import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';

/** Listens until the test is over; returns the port. */
async function listening(server: Server, host: string): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

export function http(answer: RequestListener, host = '127.0.0.1'): Promise<number> {
  return listening(createHttpServer(answer), host);
}

export function https(options: ServerOptions, answer: RequestListener): Promise<number> {
  const server = createHttpsServer(options, answer);
  server.on('tlsClientError', () => {});
  return listening(server, '127.0.0.1');
}

/** A server of TCP alone: what it does with a connection is told. */
export function tcp(serve: (socket: Socket) => void): Promise<number> {
  return listening(createServer(serve), '127.0.0.1');
}

/** Without a certificate it answers a handshake with an alert. */
export function tls(certificate: { key: string; cert: string } | null): Promise<number> {
  const server = createTlsServer(certificate ?? {});
  server.on('tlsClientError', () => {});
  return listening(server, '127.0.0.1');
}

/** Where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
