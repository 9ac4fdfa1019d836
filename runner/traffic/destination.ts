import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Endpoint } from '../../targets/target.ts';
import type { Ending } from './outcome.ts';

/** Where a new connection goes. */
export interface Place {
  host: string;
  port: number;
  pod: string | null;
}

/** Chooses the place of each new connection; calls back at once where nothing has to be asked. */
export interface Destination {
  next(found: (place: Place | Ending) => void): void;
}

export function isPlace(found: Place | Ending): found is Place {
  return 'host' in found;
}

const noEndpoints: Ending = { outcome: 'refused', phase: 'connect', detail: 'no endpoints' };

/** As kube-proxy's rules: each new connection goes to any endpoint with equal chance; to a service without, it is refused. */
export class EndpointChoice implements Destination {
  endpoints: readonly Endpoint[];
  readonly #random: () => number;

  constructor(endpoints: readonly Endpoint[], random: () => number) {
    this.endpoints = endpoints;
    this.#random = random;
  }

  next(found: (place: Place | Ending) => void): void {
    found(this.endpoints[Math.floor(this.#random() * this.endpoints.length)] ?? noEndpoints);
  }
}

/** How long an answer of the resolver is good for: a browser keeps one far longer, a plain curl not at all. */
const resolvedForMs = 1_000;

/** One address. A name is looked up for new connections, at most once a second. */
export class Address implements Destination {
  readonly #host: string;
  readonly #port: number;
  readonly #family: 4 | 6;
  #resolved: { place: Place; untilMs: number } | null = null;
  #waiting: ((place: Place | Ending) => void)[] = [];

  constructor(host: string, port: number, family: 4 | 6) {
    this.#host = host;
    this.#port = port;
    this.#family = family;
  }

  next(found: (place: Place | Ending) => void): void {
    if (isIP(this.#host) !== 0) found({ host: this.#host, port: this.#port, pod: null });
    else if (this.#resolved !== null && performance.now() < this.#resolved.untilMs) found(this.#resolved.place);
    else {
      this.#waiting.push(found);
      if (this.#waiting.length === 1) this.#lookUp();
    }
  }

  #lookUp(): void {
    lookup(this.#host, { family: this.#family }, (error, address) => {
      const waiting = this.#waiting;
      this.#waiting = [];
      if (error !== null) {
        const ending: Ending = { outcome: 'unreachable', phase: 'resolve', detail: error.code ?? error.message };
        for (const found of waiting) found(ending);
        return;
      }
      const place: Place = { host: address, port: this.#port, pod: null };
      this.#resolved = { place, untilMs: performance.now() + resolvedForMs };
      for (const found of waiting) found(place);
    });
  }
}
