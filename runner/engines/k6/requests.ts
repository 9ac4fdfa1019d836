import type { Point } from './lines.ts';

/** What scenarios/k6/hitless.ts adds: a point before each request and one after it, with the id in their metadata. */
export const beginMetric = 'hl_begin';
const endMetric = 'hl_req';

/** One request as k6 measured it; each hop of a redirect is one. */
export interface Measured {
  endWallUs: number;
  tags: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
  /** Milliseconds by metric, such as `http_req_waiting`; all 0 where no connection was had. */
  timings: Readonly<Record<string, number>>;
}

/** All that is known of a request. */
export interface Request {
  /** null: the script does not use our module. */
  id: string | null;
  /** null where the script did not say when it began. */
  beginWallUs: number | null;
  method: string;
  name: string;
  vu: string | null;
  /** null: no line tells of it. It was cut, or could not even be tried. */
  measured: Measured | null;
  /** The script's own word after it; null where it did not come to that. */
  word: { tags: Readonly<Record<string, string>>; metadata: Readonly<Record<string, string>>; wallUs: number } | null;
}

interface Begun extends Request {
  id: string;
  beginWallUs: number;
  hops: Measured[];
}

/** As many may be under way; k6 has a VU for each, which takes more room than what is held here. */
const mostBegun = 100_000;

/**
 * Puts the points of each request together, in the order in which k6 writes them. Those of one request follow each other
 * (nothing but lines of new metrics may come between), so nothing has to be looked up by time and tags. What is held is
 * what is under way.
 */
export class Requests {
  readonly #begun = new Map<string, Begun>();
  readonly #byVu = new Map<string, string>();
  readonly #onRequest: (request: Request) => void;
  #open: { measured: Measured; timings: Record<string, number> } | null = null;

  constructor(onRequest: (request: Request) => void) {
    this.#onRequest = onRequest;
  }

  /** Begun, and nothing was heard of it since. */
  get underWay(): number {
    return this.#begun.size;
  }

  /** When the first of those began. */
  oldestWallUs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { beginWallUs } of this.#begun.values()) oldest = Math.min(oldest, beginWallUs);
    return oldest;
  }

  see(point: Point): void {
    const { metric } = point;
    if (metric === 'http_reqs') {
      this.#close();
      this.#openWith(point);
    } else if (metric.startsWith('http_req_')) {
      if (this.#open === null) return;
      this.#open.timings[metric] = point.value;
      // The last of them; a script that switched the callback off has one less, and the next line closes it.
      if (metric === 'http_req_failed') this.#close();
    } else {
      this.#close();
      if (metric === beginMetric) this.#begin(point);
      else if (metric === endMetric) this.#said(point);
    }
  }

  /** No more lines come: what is still under way was cut. */
  end(): void {
    this.#close();
    for (const id of [...this.#begun.keys()]) this.#finish(id, null);
  }

  #openWith({ wallUs, tags, metadata }: Point): void {
    const timings: Record<string, number> = {};
    this.#open = { timings, measured: { endWallUs: wallUs, tags, metadata, timings } };
  }

  #close(): void {
    if (this.#open === null) return;
    const { measured } = this.#open;
    this.#open = null;
    const { tags, metadata } = measured;
    const begun = this.#begun.get(metadata.hl_id ?? '');
    if (begun !== undefined) {
      begun.hops.push(measured);
      return;
    }
    this.#onRequest({
      id: null,
      beginWallUs: null,
      method: tags.method ?? 'GET',
      name: tags.name ?? '',
      vu: metadata.vu ?? null,
      measured,
      word: null,
    });
  }

  #begin({ wallUs, tags, metadata }: Point): void {
    const id = metadata.hl_id;
    if (id === undefined || this.#begun.has(id)) return;
    const vu = metadata.vu ?? null;
    // A VU does one thing after the other: what it had begun before is over, whatever became of it.
    const before = vu === null ? undefined : this.#byVu.get(vu);
    if (before !== undefined) this.#finish(before, null);
    if (this.#begun.size >= mostBegun) this.#finish(this.#begun.keys().next().value as string, null);
    const { method = 'GET', name = '' } = tags;
    this.#begun.set(id, { id, beginWallUs: wallUs, method, name, vu, measured: null, word: null, hops: [] });
    if (vu !== null) this.#byVu.set(vu, id);
  }

  #said({ wallUs, tags, metadata }: Point): void {
    const id = metadata.hl_id;
    if (id !== undefined) this.#finish(id, { tags, metadata, wallUs });
  }

  #finish(id: string, word: Request['word']): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    if (begun.vu !== null && this.#byVu.get(begun.vu) === id) this.#byVu.delete(begun.vu);
    const { hops, ...request } = begun;
    let beginWallUs = begun.beginWallUs;
    // Redirects that the script follows are requests of their own; on the wire, and so in a ledger, they have one id.
    for (const measured of hops.slice(0, -1)) {
      this.#onRequest({ ...request, beginWallUs, measured });
      beginWallUs = measured.endWallUs;
    }
    this.#onRequest({ ...request, beginWallUs, measured: hops.at(-1) ?? null, word });
  }
}
