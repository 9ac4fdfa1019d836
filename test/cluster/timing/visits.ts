import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** When a replica, by the name that it gives itself, answered the first and the last new connection; ms since 1970. */
export interface Visited {
  firstMs: number;
  lastMs: number;
}

/**
 * New connections at a constant rate to a port of this machine, until the signal. From a source address of its own:
 * connection tracking remembers those of an earlier run for two minutes.
 */
export async function visit(port: number, rate: number, signal: AbortSignal): Promise<Map<string, Visited>> {
  const visited = new Map<string, Visited>();
  const localAddress = `127.${1 + (process.pid % 250)}.${1 + (Date.now() % 250)}.1`;
  const from = performance.now();
  for (let sent = 0; !signal.aborted; await setTimeout(1)) {
    for (; (performance.now() - from) * rate > sent * 1000; sent++) visitOnce(port, localAddress, visited);
  }
  return visited;
}

function visitOnce(port: number, localAddress: string, visited: Map<string, Visited>): void {
  const sentMs = Date.now();
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  let answer = '';
  socket.setEncoding('latin1').setTimeout(5000, () => socket.destroy());
  socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'));
  socket.on('data', (data) => {
    answer += data;
  });
  // What is lost is not the question here.
  socket.on('error', () => {});
  socket.on('end', () => {
    const name = /"name":"(\w+)"/.exec(answer)?.[1];
    if (name === undefined) return;
    const before = visited.get(name);
    visited.set(name, {
      firstMs: Math.min(before?.firstMs ?? sentMs, sentMs),
      lastMs: Math.max(before?.lastMs ?? sentMs, sentMs),
    });
  });
}
