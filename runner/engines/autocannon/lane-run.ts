import autocannon from 'autocannon';
import type { TlsSettings } from '../../../targets/tls.ts';
import type { Lane } from '../../traffic/lane.ts';
import { headersOf } from '../../traffic/request.ts';
import { assertClient, type Client } from './client.ts';
import { type Tap, TappedClient } from './tapped-client.ts';

/** Where a lane goes, as it can be told to another thread. */
export interface Way {
  /** `http://host:port/` or https, the host as an address where the user gave one. */
  url: string;
  /** What the Host header says. */
  host: string;
  /** null: traffic is plain HTTP. */
  tls: TlsSettings | null;
}

/** Longer than any run: timers end at 24.8 days. */
const longestSeconds = 2_000_000;

/** One lane, sent by autocannon. */
export class LaneRun {
  readonly #lane: Lane;
  readonly #way: Way;
  readonly #tap: Omit<Tap, 'idOf'>;
  readonly #idPrefix: string;
  readonly #clients: TappedClient[] = [];
  readonly #onDone: () => void;
  #open = 0;

  /** `onDone`: every client has ended, by its number of requests or as it was told. */
  constructor(lane: Lane, way: Way, idPrefix: string, tap: Omit<Tap, 'idOf'>, onDone: () => void) {
    this.#lane = lane;
    this.#way = way;
    this.#tap = tap;
    this.#idPrefix = idPrefix;
    this.#onDone = onDone;
  }

  start(): void {
    const { rate, requests, connections, limits } = this.#lane;
    const { url, tls } = this.#way;
    const { cert, key, servername } = tls ?? {};
    const count = Math.min(connections, requests ?? connections, rate === 'unpaced' ? connections : rate);
    this.#open = count;
    autocannon(
      {
        url,
        connections: count,
        timeout: limits.headersUs / 1e6,
        ...(rate === 'unpaced' ? {} : { overallRate: rate }),
        ...(requests === null ? { duration: longestSeconds } : { amount: requests }),
        ...(servername !== undefined && { servername }),
        ...(tls !== null && { tlsOptions: { ...(cert && { cert }), ...(key && { key }) } }),
        skipAggregateResult: true,
        setupClient: (client) => {
          assertClient(client);
          this.#tapped(client);
        },
      },
      (error) => {
        // What it could not begin with; its own results are of no use here.
        if (error) throw error;
      },
    );
  }

  stop(): void {
    for (const client of this.#clients) client.stop();
  }

  abandon(): void {
    for (const client of this.#clients) client.abandon();
  }

  #tapped(client: Client): void {
    const prefix = `${this.#idPrefix}-${this.#clients.length}`;
    const idOf = (nth: number) => `${prefix}-${nth}`;
    this.#clients.push(new TappedClient(client, { ...this.#tap, idOf }));
    client.on('done', () => {
      if (--this.#open === 0) this.#onDone();
    });
    const { method, path, body } = this.#lane.request;
    const headers = Object.fromEntries(headersOf(this.#lane, this.#way.host));
    // It is called for the first request here and now, and for each further one just before that is written.
    let built = 0;
    const setupRequest = (request: autocannon.Request): autocannon.Request => {
      const id = idOf(built++);
      return { ...request, headers: { ...request.headers, 'x-request-id': id, 'x-hitless-id': id } };
    };
    client.setRequests([{ method: method as 'GET', path, headers, ...(body !== null && { body }), setupRequest }]);
  }
}
