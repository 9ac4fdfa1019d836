import { randomInt } from 'node:crypto';
import { isLoopback4 } from '../../targets/address.ts';

export interface LocalEnd {
  address: string;
  port: number;
}

/** `127.x.y.`: 254 source addresses that one run has for itself. */
export type SourceBlock = string;

const firstPort = 1024;
const lastPort = 65_535;
/** How long Linux keeps a connection in TIME_WAIT (TCP_TIMEWAIT_LEN, include/net/tcp.h). */
const timeWaitUs = 60_000_000;

/**
 * A run's own source addresses where they can be had: on Linux all of 127/8 is this machine. Drawn by chance, not by the
 * seed: two runs of one scenario must not share them, since connection tracking and TIME_WAIT of an earlier run would
 * become losses of this one. Null elsewhere: the system chooses. 127.0.x.y is left to others: servers, 127.0.0.1,
 * Debian's 127.0.1.1, systemd's 127.0.0.53.
 */
export function drawSourceBlock(platform: string = process.platform): SourceBlock | null {
  return platform === 'linux' ? `127.${randomInt(1, 255)}.${randomInt(0, 256)}.` : null;
}

/**
 * Local ends for one thread's connections: ports in order from 1024 up, then the next address of the thread. No end
 * comes again within 60 s: a 4-tuple that is in the server's TIME_WAIT is answered by a closed listener too.
 */
export class SourceAddresses {
  readonly #block: SourceBlock;
  readonly #threads: number;
  readonly #first: number;
  readonly #lastUsedUs = new Map<number, number>();
  #host: number;
  #port = firstPort;

  constructor(block: SourceBlock, share: { thread: number; threads: number }) {
    this.#block = block;
    this.#threads = share.threads;
    this.#first = 1 + share.thread;
    this.#host = this.#first;
  }

  /** Whether connections to a host can come from here. */
  static reach(host: string): boolean {
    return isLoopback4(host);
  }

  /** The next local end, or null where all were used within the last 60 s. */
  next(nowUs: number): LocalEnd | null {
    if (this.#port > lastPort) {
      const next = this.#host + this.#threads <= 254 ? this.#host + this.#threads : this.#first;
      if (nowUs - (this.#lastUsedUs.get(next) ?? Number.NEGATIVE_INFINITY) < timeWaitUs) return null;
      this.#host = next;
      this.#port = firstPort;
    }
    this.#lastUsedUs.set(this.#host, nowUs);
    return { address: this.#block + this.#host, port: this.#port++ };
  }
}
