import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { nowUs } from '../../record/clock.ts';
import type { Endpoint } from '../../targets/target.ts';
import type { Ending } from './outcome.ts';

/** Where a new connection goes. */
export interface Place {
  host: string;
  port: number;
  pod: string | null;
}

/** Gets a place or why there is none; `resolvedUs`: when the resolver said so, null where nobody was asked. */
export type Found = (place: Place | Ending, resolvedUs: number | null) => void;

/** Chooses the place of each new connection; calls back at once where nothing has to be asked. */
export interface Destination {
  next(found: Found): void;
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

  next(found: Found): void {
    found(oneOf(this.endpoints, this.#random) ?? noEndpoints, null);
  }
}

/**
 * How long an answer of the resolver is good for: a browser keeps one far longer, a plain curl not at all. Asked for each
 * connection, it would get as many questions as the app gets requests. A failure is good for nobody but those that wait.
 */
const resolvedForMs = 1_000;
const sliceUs = 2_000;

export interface AddressOptions {
  host: string;
  port: number;
  family: 4 | 6;
  /** Of the host, where they are given: nobody is asked then. */
  pinned: readonly string[] | null;
  random: () => number;
}

/**
 * A host: of its addresses each new connection goes to any with equal chance. A name is looked up for new connections, at
 * most once a second, one question at a time: the system's resolver keeps one of libuv's four threads until it knows.
 */
export class Address implements Destination {
  readonly #options: AddressOptions;
  #known: readonly string[] | null;
  #untilMs = Number.POSITIVE_INFINITY;
  #waiting: Found[] = [];

  constructor(options: AddressOptions) {
    this.#options = options;
    this.#known = options.pinned ?? (isIP(options.host) === 0 ? null : [options.host]);
  }

  next(found: Found): void {
    if (this.#known !== null && performance.now() < this.#untilMs) found(this.#place(this.#known), null);
    else {
      this.#waiting.push(found);
      if (this.#waiting.length === 1) this.#lookUp();
    }
  }

  #place(addresses: readonly string[]): Place | Ending {
    const { port, random } = this.#options;
    const host = oneOf(addresses, random);
    return host === undefined ? noAddress('ENOTFOUND') : { host, port, pod: null };
  }

  #lookUp(): void {
    const { host, family } = this.#options;
    lookup(host, { family, all: true }, (error, found) => {
      const resolvedUs = nowUs();
      const waiting = this.#waiting;
      this.#waiting = [];
      const addresses = error === null ? found.map(({ address }) => address) : null;
      this.#known = addresses;
      this.#untilMs = performance.now() + resolvedForMs;
      inSlices(waiting, (tell) => {
        tell(addresses === null ? noAddress(error?.code ?? String(error)) : this.#place(addresses), resolvedUs);
      });
    });
  }
}

/** Each opens a connection: those that a slow resolver has kept waiting would, all at once, hold up what is due meanwhile. */
function inSlices(waiting: readonly Found[], act: (found: Found) => void): void {
  let next = 0;
  const slice = () => {
    const untilUs = nowUs() + sliceUs;
    for (; next < waiting.length && nowUs() < untilUs; next++) act(waiting[next] as Found);
    if (next < waiting.length) setImmediate(slice);
  };
  slice();
}

function oneOf<T>(all: readonly T[], random: () => number): T | undefined {
  return all[Math.floor(random() * all.length)];
}

function noAddress(code: string): Ending {
  return { outcome: 'unreachable', phase: 'resolve', detail: code };
}
