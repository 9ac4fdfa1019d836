import { HitlessError } from '../../record/error.ts';
import { headerFault, headerValue } from './header-value.ts';
import type { Lane } from './lane.ts';

/** What goes out for one attempt: text where all of it is Latin-1, else bytes. */
export type RequestBytes = string | Buffer;

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const askable = /^\/[\x21-\x22\x24-\x7e]*$/;
/** The engine's own: set by a lane they would make the record lie. */
const reserved = new Set(['x-request-id', 'x-hitless-id', 'content-length', 'transfer-encoding', 'upgrade']);

/** Writes a lane's requests: all but the id, the path and the cookies is put together once. */
export class RequestWriter {
  readonly #method: string;
  readonly #head: string;
  readonly #body: Buffer | null;

  /** `host` is what the Host header says unless the lane says otherwise. Expects a lane that assertRequests accepted. */
  constructor(lane: Lane, host: string) {
    const { method, body } = lane.request;
    this.#body = body === null ? null : Buffer.from(body);
    this.#method = method;
    this.#head = headText(headersOf(lane, host), this.#body);
  }

  write(path: string, id: string, cookies: string | null = null): RequestBytes {
    return inFull(`${this.#method} ${path} HTTP/1.1\r\n${this.#head}`, id, cookies, this.#body);
  }
}

/** The headers that each request of a lane has, by their names in lower case; without a body's length. */
export function headersOf(lane: Lane, host: string): Map<string, string> {
  const all = new Map([
    ['host', host],
    ['user-agent', 'hitless'],
    ['accept', '*/*'],
  ]);
  for (const [name, value] of Object.entries(lane.request.headers)) all.set(name.toLowerCase(), headerValue(value));
  return all;
}

/** One request that is put together as a whole. */
export function writeRequest(
  { method, path, headers, body }: WholeRequest,
  id: string,
  cookies: string | null,
): RequestBytes {
  return inFull(`${method} ${path} HTTP/1.1\r\n${headText(headers, body)}`, id, cookies, body);
}

interface WholeRequest {
  method: string;
  path: string;
  headers: ReadonlyMap<string, string>;
  body: Buffer | null;
}

function headText(headers: ReadonlyMap<string, string>, body: Buffer | null): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return lines.join('') + (body === null ? '' : `content-length: ${body.length}\r\n`);
}

function inFull(start: string, id: string, cookies: string | null, body: Buffer | null): RequestBytes {
  const cookie = cookies === null ? '' : `cookie: ${cookies}\r\n`;
  const head = `${start}${cookie}x-request-id: ${id}\r\nx-hitless-id: ${id}\r\n\r\n`;
  return body === null ? head : Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/**
 * Throws HITLESS_REQUEST where a lane's method, path or headers could not go out as they are: a line break in one would
 * be another request on the wire.
 */
export function assertRequests(lane: Lane): void {
  const { method, path, headers } = lane.request;
  if (!isToken(method)) throw wrong(lane, `the method ${quoted(method)}`, 'A method is a word such as GET.');
  const { page = path, assets = [] } = lane.session ?? {};
  for (const each of [path, page, ...(assets === 'auto' ? [] : assets)])
    if (!canBeAsked(each))
      throw wrong(
        lane,
        `the path ${quoted(each)}`,
        'A path starts with / and has its spaces and umlauts encoded (%20).',
      );
  for (const [name, value] of Object.entries(headers)) {
    if (!isToken(name)) throw wrong(lane, `the header name ${quoted(name)}`, 'A header name is letters and dashes.');
    if (isReserved(name)) throw wrong(lane, `the header ${name}`, 'The engine sets this header itself; leave it out.');
    const fault = headerFault(value);
    if (fault !== undefined)
      throw wrong(lane, `the value ${quoted(value)} of header ${name}`, `${fault[0]?.toUpperCase()}${fault.slice(1)}.`);
  }
}

/** Whether it can be a method, or the name of a header (RFC 9110, 5.6.2). */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** Whether the engine writes this header itself. */
export function isReserved(header: string): boolean {
  return reserved.has(header.toLowerCase());
}

/** Whether a path can go out as it is. */
export function canBeAsked(path: string): boolean {
  return askable.test(path);
}

function wrong(lane: Lane, what: string, hint: string): HitlessError {
  return new HitlessError('HITLESS_REQUEST', `lane ${lane.name}: ${what} cannot be sent`, { blame: 'usage', hint });
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
