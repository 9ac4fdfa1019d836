import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { address, duration, endOnError, port, required } from './settings.ts';

endOnError('distance');

const to = required(process.env, 'TO');
const oneWayMs = duration(process.env, 'ONE_WAY') ?? 0;
const [host = '', toPort = ''] = to.split(':');

/**
 * A long way: what is sent arrives so much later, in order, and a new connection takes a round trip before anything goes
 * out on it, as TCP's handshake does (this side's system has accepted at once).
 */
const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ host, port: Number(toPort), allowHalfOpen: true, noDelay: true });
  const established = performance.now() + 2 * oneWayMs;
  carry(near, far, established);
  carry(far, near, established);
});

function carry(from: Socket, into: Socket, established: number): void {
  let last: Promise<unknown> = Promise.resolve();
  const later = (act: () => unknown) => {
    const at = Math.max(performance.now(), established) + oneWayMs;
    last = last.then(() => sleep(at - performance.now())).then(act);
  };
  from.on('data', (chunk) => later(() => into.writable && into.write(chunk)));
  from.on('end', () => later(() => into.end()));
  from.on('error', () => later(() => into.resetAndDestroy()));
  from.on('close', (hadError) => hadError || later(() => into.destroySoon()));
}

server.listen(port(process.env, 'PORT') ?? 3000, address(process.env, 'HOST') ?? '127.0.0.1', () => {
  console.log(`distance to ${to} listens on port ${(server.address() as { port: number }).port}`);
});
