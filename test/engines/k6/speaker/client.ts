import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { HttpAnswer, HttpSpec } from './messages.ts';

/** Milliseconds, by what k6 calls them. */
export interface Timings {
  blocked: number;
  connecting: number;
  sending: number;
  waiting: number;
  receiving: number;
}

export interface Exchange {
  answer: HttpAnswer;
  timings: Timings;
  location: string | undefined;
}

const noTime: Timings = { blocked: 0, connecting: 0, sending: 0, waiting: 0, receiving: 0 };

/** One VU's connections. */
export class Client {
  readonly #agent: Agent;

  constructor(noConnectionReuse: boolean) {
    this.#agent = new Agent({ keepAlive: !noConnectionReuse, maxSockets: 1 });
  }

  /** As Go's client does it: a GET whose kept connection breaks before a byte came goes out again, and nobody hears of the first. */
  async send(spec: HttpSpec, url: string): Promise<Exchange> {
    const first = await this.#once(spec, url);
    const isRepeatable = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(spec.method);
    return first.brokeUnused && isRepeatable ? this.#once(spec, url) : first;
  }

  close(): void {
    this.#agent.destroy();
  }

  #once(spec: HttpSpec, url: string): Promise<Exchange & { brokeUnused: boolean }> {
    const { promise, resolve } = Promise.withResolvers<Exchange & { brokeUnused: boolean }>();
    const from = performance.now();
    let connectedAt: number | null = null;
    let hadSocket = false;
    let headAt: number | null = null;
    let head: IncomingMessage | undefined;
    let isOver = false;
    const { method, headers, body, timeout } = spec;
    const sent: ClientRequest = request(url, {
      method,
      headers: { 'user-agent': 'Speaker', ...headers },
      agent: this.#agent,
    });
    const over = (error: string, code: number, text = '') => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      const now = performance.now();
      const gotAt = connectedAt ?? from;
      // Of a connection that failed k6 tells no time at all.
      const timings = !hadSocket
        ? noTime
        : {
            blocked: gotAt - from + 0.001,
            connecting: connectedAt === null ? 0 : connectedAt - from,
            sending: 0.02,
            waiting: Math.max(0.001, (headAt ?? now) - gotAt - 0.02),
            receiving: headAt === null ? 0 : Math.max(0.001, now - headAt),
          };
      const status = code > 0 && (code < 1400 || code > 1599) ? 0 : (head?.statusCode ?? 0);
      const { remoteAddress = '', remotePort = 0 } = sent.socket ?? {};
      resolve({
        brokeUnused: code > 0 && sent.reusedSocket && headAt === null && code !== 1050,
        location: head?.headers.location,
        timings,
        answer: {
          status,
          error,
          error_code: code,
          headers: status === 0 ? {} : Object.fromEntries(Object.entries(head?.headers ?? {}).map(canonical)),
          body: text,
          remote_ip: hadSocket ? remoteAddress : '',
          remote_port: hadSocket ? remotePort : 0,
          proto: status === 0 ? '' : 'HTTP/1.1',
        },
      });
      if (code > 0) sent.destroy();
    };
    const timer = setTimeout(() => over('request timeout', 1050), timeout);
    sent.on('socket', (socket) => {
      if (!socket.connecting) {
        hadSocket = true;
        return;
      }
      socket.once('connect', () => {
        connectedAt = performance.now();
        hadSocket = true;
      });
    });
    sent.on('response', (response) => {
      head = response;
      headAt = performance.now();
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => over('unexpected EOF', 1000));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        over('', status >= 400 ? 1000 + status : 0, Buffer.concat(parts).toString());
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => over(...codeOf(error)));
    sent.end(body ?? undefined);
    return promise;
  }
}

function codeOf({ code = '', message }: NodeJS.ErrnoException): [string, number] {
  if (code === 'ECONNREFUSED') return ['dial: connection refused', 1212];
  if (code === 'ENOTFOUND') return ['lookup: no such host', 1101];
  if (code === 'ECONNRESET' && message === 'socket hang up') return ['EOF', 1000];
  if (code === 'ECONNRESET') return ['read: connection reset by peer', 1220];
  if (code === 'EPIPE') return ['write: broken pipe', 1201];
  if (code.startsWith('HPE_')) return ['net/http: malformed HTTP response', 1000];
  return [`dial: unknown errno of ${code}`, 1213];
}

/** `x-version` is `X-Version` for Go. */
function canonical([name, value]: [string, string | string[] | undefined]): [string, string] {
  return [name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), [value].flat().join(', ')];
}
