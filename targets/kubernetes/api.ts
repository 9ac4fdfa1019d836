import { type Dispatcher, getGlobalDispatcher } from 'undici';
import { HttpMethod, type KubeConfig, RequestContext } from './client.ts';

/** A v1.Status, as far as it is used: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  reason?: string;
  message?: string;
  details?: { causes?: { field?: string; message?: string; reason?: string }[]; retryAfterSeconds?: number };
}

/** The API server answered with something other than 2xx. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly reason: string;
  readonly details: Status['details'];

  constructor(status: number, body: Status | undefined) {
    super(body?.message ?? `HTTP ${status}`);
    this.status = status;
    this.reason = body?.reason ?? '';
    this.details = body?.details;
  }
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

type Query = Record<string, string | number | boolean | undefined>;

/** By default an answer is due within so many ms: it is the environment that hangs then, and the user is told. */
const answerMs = 15_000;

/** Requests to one API server with the rights and by the way (CA, certificate, token, proxy) that a kubeconfig says. */
export class Api {
  readonly kubeConfig: KubeConfig;
  readonly server: string;
  #dispatcher: Dispatcher | undefined;

  constructor(kubeConfig: KubeConfig, server: string) {
    this.kubeConfig = kubeConfig;
    this.server = server.replace(/\/$/, '');
  }

  get<T = KubeObject>(path: string, query: Query = {}): Promise<T> {
    return this.#json<T>('GET', path, query);
  }

  create<T = KubeObject>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.#json<T>('POST', path, query, body, 'application/json');
  }

  /** A JSON merge patch (RFC 7396). */
  merge<T = KubeObject>(path: string, body: object): Promise<T> {
    return this.#json<T>('PATCH', path, { fieldManager: 'hitless' }, body, 'application/merge-patch+json');
  }

  /** A strategic merge patch: lists of containers are merged by name. */
  patch<T = KubeObject>(path: string, body: object): Promise<T> {
    return this.#json<T>('PATCH', path, { fieldManager: 'hitless' }, body, 'application/strategic-merge-patch+json');
  }

  /** A JSON patch (RFC 6902). */
  operate<T = KubeObject>(path: string, operations: object[]): Promise<T> {
    return this.#json<T>('PATCH', path, { fieldManager: 'hitless' }, operations, 'application/json-patch+json');
  }

  /** Server-side apply, as field manager `hitless`; unknown fields are an error. */
  apply<T = KubeObject>(path: string, body: object, query: Query = {}): Promise<T> {
    const all = { fieldManager: 'hitless', fieldValidation: 'Strict', ...query };
    return this.#json<T>('PATCH', path, all, body, 'application/apply-patch+yaml');
  }

  /** True where there was something to delete. */
  async delete(path: string, options: object = {}, query: Query = {}): Promise<boolean> {
    try {
      await this.#json(
        'DELETE',
        path,
        query,
        { apiVersion: 'v1', kind: 'DeleteOptions', ...options },
        'application/json',
      );
      return true;
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return false;
      throw error;
    }
  }

  /** The object, or undefined where there is none. */
  async find<T = KubeObject>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** An answer as it comes, such as a log that is followed. */
  async stream(path: string, query: Query, signal: AbortSignal): Promise<Dispatcher.ResponseData['body']> {
    const { statusCode, body } = await this.#send('GET', path, query, { signal, bodyTimeout: 0 });
    body.on('error', () => {});
    if (statusCode < 300) return body;
    throw new ApiRefusal(statusCode, statusOf(await body.text()));
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #json<T>(method: HttpMethodName, path: string, query: Query, body?: object, type?: string): Promise<T> {
    const more = body === undefined ? {} : { body: JSON.stringify(body), type: type as string };
    const answer = await this.#send(method, path, query, { ...more, signal: AbortSignal.timeout(answerMs) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new ApiRefusal(answer.statusCode, statusOf(text));
    return JSON.parse(text) as T;
  }

  async #send(
    method: HttpMethodName,
    path: string,
    query: Query,
    options: SendOptions,
  ): Promise<Dispatcher.ResponseData> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const context = new RequestContext(url.toString(), HttpMethod[method]);
    // Each time: a token may have been renewed, on disk or by the plug-in that gives it.
    await this.kubeConfig.applySecurityAuthentication(context);
    // It makes a new pool of connections each time, of which the first is kept and the others have never connected.
    this.#dispatcher ??= (context.getDispatcher() as Dispatcher | undefined) ?? getGlobalDispatcher();
    const { type, ...rest } = options;
    const headers = { ...context.getHeaders(), accept: 'application/json', ...(type && { 'content-type': type }) };
    return this.#dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers,
      headersTimeout: answerMs,
      ...rest,
    });
  }
}

type HttpMethodName = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface SendOptions {
  body?: string;
  type?: string;
  signal: AbortSignal;
  bodyTimeout?: number;
}

function statusOf(text: string): Status | undefined {
  try {
    return JSON.parse(text) as Status;
  } catch {
    return text === '' ? undefined : { message: text.slice(0, 500) };
  }
}
