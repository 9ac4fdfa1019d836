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
    const { method, headers, body } = lane.request;
    const all = new Map([
      ['host', host],
      ['user-agent', 'hitless'],
      ['accept', '*/*'],
    ]);
    for (const [name, value] of Object.entries(headers)) all.set(name.toLowerCase(), headerValue(value));
    this.#body = body === null ? null : Buffer.from(body);
    if (this.#body !== null) all.set('content-length', String(this.#body.length));
    this.#method = method;
    this.#head = [...all].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  write(path: string, id: string, cookies: string | null = null): RequestBytes {
    const cookie = cookies === null ? '' : `cookie: ${cookies}\r\n`;
    const head = `${this.#method} ${path} HTTP/1.1\r\n${this.#head}${cookie}x-request-id: ${id}\r\nx-hitless-id: ${id}\r\n\r\n`;
    return this.#body === null ? head : Buffer.concat([Buffer.from(head, 'latin1'), this.#body]);
  }
}

/**
 * Throws HITLESS_REQUEST where a lane's method, path or headers could not go out as they are: a line break in one would
 * be another request on the wire.
 */
export function assertRequests(lane: Lane): void {
  const { method, path, headers } = lane.request;
  if (!token.test(method)) throw wrong(lane, `the method ${quoted(method)}`, 'A method is a word such as GET.');
  const { page = path, assets = [] } = lane.session ?? {};
  for (const each of [path, page, ...(assets === 'auto' ? [] : assets)])
    if (!canBeAsked(each))
      throw wrong(
        lane,
        `the path ${quoted(each)}`,
        'A path starts with / and has its spaces and umlauts encoded (%20).',
      );
  for (const [name, value] of Object.entries(headers)) {
    if (!token.test(name)) throw wrong(lane, `the header name ${quoted(name)}`, 'A header name is letters and dashes.');
    if (reserved.has(name.toLowerCase()))
      throw wrong(lane, `the header ${name}`, 'The engine sets this header itself; leave it out.');
    const fault = headerFault(value);
    if (fault !== undefined)
      throw wrong(lane, `the value ${quoted(value)} of header ${name}`, `${fault[0]?.toUpperCase()}${fault.slice(1)}.`);
  }
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
