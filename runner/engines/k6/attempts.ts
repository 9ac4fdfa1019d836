import type { Attempt } from '../../../record/attempt.ts';
import { newAttempt } from '../../traffic/new-attempt.ts';
import { endingOf, shortLine } from './ending.ts';
import type { Measured, Request } from './requests.ts';
import type { WallClock } from './wall-time.ts';

/** What a VU has open, as far as its requests tell. */
interface Open {
  connection: number;
  uses: number;
  lastUs: number;
}

/** Go sends these a second time where a connection that it had kept breaks before the first byte (net/http, shouldRetryRequest). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

export interface AttemptsOptions {
  lane: string;
  /** No connection is used twice. */
  fresh: boolean;
  clock: Pick<WallClock, 'runUs'>;
  /** Begins the ids of requests that have none. */
  runTag: string;
  /** Unique in the run. */
  nextConnection(): number;
}

/** Makes rows of the record out of what k6 tells, and counts what it may have kept to itself. */
export class Attempts {
  /** Requests that k6 may have sent twice, showing the second alone. */
  repeatsPossible = 0;
  /** Of them: those of which nothing shows even that a connection was replaced. */
  withoutId = 0;
  readonly #options: AttemptsOptions;
  /** By VU. */
  readonly #open = new Map<string, Open>();
  #unnamed = 0;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** `cutUs`: when what is unanswered was given up. */
  of(request: Request, cutUs: number): Attempt {
    const { measured, word, method } = request;
    const beginUs = this.#beginUs(request);
    if (request.id === null) this.withoutId++;
    const attempt = newAttempt({
      id: request.id ?? `${this.#options.runTag}-${this.#options.lane}-u${++this.#unnamed}`,
      lane: this.#options.lane,
      session: null,
      method: shortLine(method, 20),
      path: pathOf(request.name),
      // k6 does not tell when an iteration was due, only when it began what.
      intendedUs: beginUs,
      readyUs: beginUs,
    });
    attempt.handled = 'unknown';
    attempt.endUs = Math.max(beginUs, cutUs);
    if (measured !== null) this.#measure(attempt, measured, request);
    else if (word === null) attempt.sentUs = beginUs;
    else attempt.endUs = Math.max(beginUs, this.#options.clock.runUs(word.wallUs));
    Object.assign(attempt, endingOf(request, attempt));
    if (attempt.outcome === 'unsent') Object.assign(attempt, { sentUs: null, connection: null });
    if (word !== null) identify(attempt, word.metadata);
    return attempt;
  }

  /** An iteration that k6 had no VU for, or no time. */
  dropped(wallUs: number): Attempt {
    const us = this.#options.clock.runUs(wallUs);
    const id = `${this.#options.runTag}-${this.#options.lane}-d${++this.#unnamed}`;
    const attempt = newAttempt({
      id,
      lane: this.#options.lane,
      session: null,
      method: 'GET',
      path: '',
      intendedUs: us,
      readyUs: us,
    });
    return { ...attempt, outcome: 'unsent', detail: 'dropped iteration: k6 had no VU free for it' };
  }

  /** As the script says; else from the time that k6 counted, where it had a connection at all. */
  #beginUs({ beginWallUs, measured }: Request): number {
    const { clock } = this.#options;
    if (beginWallUs !== null) return clock.runUs(beginWallUs);
    const { endWallUs, timings } = measured as Measured;
    return clock.runUs(endWallUs - 1000 * (ms(timings, 'blocked') + ms(timings, 'duration')));
  }

  #measure(attempt: Attempt, { endWallUs, tags, timings }: Measured, request: Request): void {
    attempt.endUs = Math.max(attempt.readyUs, this.#options.clock.runUs(endWallUs));
    const before = (untilEndMs: number) =>
      Math.min(attempt.endUs, Math.max(attempt.readyUs, Math.round(attempt.endUs - 1000 * untilEndMs)));
    const durationMs = ms(timings, 'duration');
    const connectingMs = ms(timings, 'connecting');
    const tlsMs = ms(timings, 'tls_handshaking');
    attempt.sentUs = durationMs > 0 ? before(durationMs + tlsMs + connectingMs) : attempt.readyUs;
    if (connectingMs > 0 && durationMs > 0) attempt.connectedUs = before(durationMs + tlsMs);
    if (tlsMs > 0 && durationMs > 0) attempt.securedUs = before(durationMs);
    const status = Number(tags.status ?? 0);
    if (Number.isInteger(status) && status >= 100 && status <= 999) attempt.status = status;
    if (attempt.status !== null || ms(timings, 'receiving') > 0) attempt.firstByteUs = before(ms(timings, 'receiving'));
    if (tags.ip !== undefined) attempt.address = shortLine(tags.ip, 60);
    this.#connection(attempt, request, { isNew: connectingMs > 0 || durationMs <= 0, proto: tags.proto ?? '' });
  }

  /** A VU of a script with our module does one thing after the other, so it needs one connection. */
  #connection(attempt: Attempt, { id, vu }: Request, { isNew, proto }: { isNew: boolean; proto: string }): void {
    const open = vu === null || id === null ? undefined : this.#open.get(vu);
    if (!this.#options.fresh && repeatable.has(attempt.method)) {
      // Over HTTP/2 a stream may be refused and asked for again on the same connection.
      const isSeen = id !== null && vu !== null && !proto.startsWith('HTTP/2');
      if (!isSeen || (isNew && open !== undefined)) this.repeatsPossible++;
    }
    if (open !== undefined && !isNew && !this.#options.fresh) {
      attempt.idleUs = Math.max(0, attempt.readyUs - open.lastUs);
      attempt.connection = open.connection;
      attempt.connectionUse = ++open.uses;
      open.lastUs = attempt.endUs;
      if (attempt.status === null) this.#open.delete(vu as string);
      return;
    }
    attempt.connection = this.#options.nextConnection();
    attempt.connectionUse = isNew ? 1 : 2;
    if (vu === null || id === null) return;
    const { connection, connectionUse: uses, endUs: lastUs } = attempt;
    // What gave no whole answer is closed; that the next request opens another shows nothing.
    if (attempt.status === null) this.#open.delete(vu);
    else this.#open.set(vu, { connection, uses, lastUs });
  }
}

function ms(timings: Readonly<Record<string, number>>, of: string): number {
  const value = timings[`http_req_${of}`] ?? 0;
  return Math.max(0, value);
}

function identify(attempt: Attempt, { replica, version, counter, address }: Readonly<Record<string, string>>): void {
  if (replica !== undefined) {
    attempt.replica = shortLine(replica);
    attempt.replicaSource = 'answer';
  }
  if (version !== undefined) attempt.version = shortLine(version);
  if (counter !== undefined && /^\d{1,15}$/.test(counter)) attempt.counter = Number(counter);
  if (address !== undefined) attempt.address = shortLine(address, 60);
}

/** k6 names a request by its whole URL where the script gives no name; what stands behind the path may be a secret. */
function pathOf(name: string): string {
  const url = URL.parse(name);
  return shortLine(url === null ? name : url.pathname, 500);
}
