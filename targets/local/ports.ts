import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { HitlessError } from '../../record/error.ts';
import { claimPorts } from '../lease.ts';

/**
 * Ports of replicas lie below the range from which the kernel draws the local ports of connections (32768 on Linux,
 * ip(7)): a connection to a closed port inside that range may be given that very port as its own, connects to itself
 * (TCP's simultaneous open), and a dead replica looks alive.
 */
const firstPort = 10_240;
const endPort = 32_768;
const blockSize = 256;
const blocks = (endPort - firstPort) / blockSize;

/** Gives out ports one by one, none twice in a run, out of blocks that no other run of this user has. */
export class Ports {
  readonly #runId: string;
  #left: number[] = [];

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** A port that nothing listens on. */
  async next(): Promise<number> {
    for (;;) {
      const port = this.#left.shift() ?? this.#claim();
      if (await isFree(port)) return port;
    }
  }

  #claim(): number {
    const start = randomInt(blocks);
    for (let i = 0; i < blocks; i++) {
      const block = (start + i) % blocks;
      if (!claimPorts(this.#runId, block)) continue;
      this.#left = Array.from({ length: blockSize }, (_, port) => firstPort + block * blockSize + port);
      return this.#left.shift() as number;
    }
    throw new HitlessError(
      'HITLESS_NO_PORTS',
      `all ports from ${firstPort} to ${endPort - 1} are claimed by other runs`,
      {
        blame: 'environment',
        hint: '`hitless clean` releases those of dead runs.',
      },
    );
  }
}

/** Whether a server could listen on it, on the loopback address and on all. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen({ port, ...(host === undefined ? {} : { host }) }, () => server.close(() => resolve(true)));
  return promise;
}
