import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { dialOf, type EngineAddress } from './address.ts';
import { EngineRefusal, unreachable } from './fault.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Query = Record<string, string | number | boolean | undefined>;

export interface EngineRequest {
  query?: Query;
  /** Sent as JSON, or as it is where it is a stream. */
  body?: object | Readable;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The engine may take its time: no limit between request and answer, nor between the parts of it. */
  patient?: boolean;
}

/**
 * The newest version of the API that we know; an older engine is spoken to in its own
 * (https://docs.docker.com/reference/api/engine/, "Versioned API and SDK").
 */
const newestKnown = '1.47';
/** No engine needs longer to begin an answer that is not waited for. */
const limitMs = 60_000;

/** Speaks HTTP with one engine, on connections of its own. Rejects with EngineRefusal where it says no, HITLESS_NO_ENGINE where nobody answers. */
export class EngineHttp {
  readonly address: EngineAddress;
  readonly #origin: string;
  readonly #agent: Agent;
  #version = '';

  constructor(address: EngineAddress) {
    this.address = address;
    const { origin, socketPath } = dialOf(address);
    this.#origin = origin;
    const { insecure, ...files } = address.tls ?? {};
    const tls = address.tls === undefined ? {} : { ...files, rejectUnauthorized: insecure !== true };
    this.#agent = new Agent({
      connect: { ...tls, ...(socketPath === undefined ? {} : { socketPath }), timeout: 10_000 },
    });
  }

  get apiVersion(): string {
    return this.#version;
  }

  /** Agrees on a version with the engine. */
  async negotiate(): Promise<void> {
    const { headers, body } = await this.#send('GET', '/_ping', {});
    await body.dump();
    const theirs = String(headers['api-version'] ?? newestKnown);
    this.#version = isNewer(theirs, newestKnown) ? newestKnown : theirs;
  }

  /** The answer's JSON; undefined where it has none. */
  async json<T>(method: Method, path: string, request: EngineRequest = {}): Promise<T> {
    const { body } = await this.#send(method, `/v${this.#version}${path}`, request);
    const text = await body.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async stream(method: 'GET' | 'POST', path: string, request: EngineRequest = {}): Promise<Readable> {
    const { body } = await this.#send(method, `/v${this.#version}${path}`, { ...request, patient: true });
    return body;
  }

  async #send(
    method: Method,
    path: string,
    { query = {}, body, headers = {}, signal, patient = false }: EngineRequest,
  ): Promise<Dispatcher.ResponseData> {
    const raw = body === undefined || 'pipe' in body;
    const timeout = patient ? 0 : limitMs;
    const answer = await this.#agent
      .request({
        origin: this.#origin,
        path: `${path}${queryText(query)}`,
        method,
        headers: { ...(raw ? {} : { 'content-type': 'application/json' }), ...headers },
        body: raw ? ((body as Readable | undefined) ?? null) : JSON.stringify(body),
        headersTimeout: timeout,
        bodyTimeout: timeout,
        signal: signal ?? null,
      })
      .catch((cause: unknown) => {
        if (signal?.aborted) throw cause;
        throw unreachable(this.address, cause);
      });
    if (answer.statusCode < 400) return answer;
    throw new EngineRefusal(answer.statusCode, messageOf(await answer.body.text()));
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function isNewer(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major > thanMajor || (major === thanMajor && minor > thanMinor);
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

/** The engine's `{ message }`; podman's cause comes with it. */
function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message.trim();
  } catch {
    // Plain text, from a proxy perhaps.
  }
  return text.trim().slice(0, 500);
}
