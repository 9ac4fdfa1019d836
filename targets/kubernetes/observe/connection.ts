import { type Dispatcher, getGlobalDispatcher } from 'undici';
import { nowUs } from '../../../record/clock.ts';
import { HttpMethod, type KubeConfig, RequestContext } from '../client.ts';
import type { Message } from './message.ts';

/** The API server answered, but not with 200. `retryAfterMs` where it said so. */
export class RefusedByServer extends Error {
  readonly status: number;
  readonly retryAfterMs: number | null;

  constructor(status: number, message: string, retryAfterMs: number | null) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nothing came back in time: the server, or the way to it, hangs. */
export class NoAnswer extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
  }
}

export interface Answer {
  sentUs: number;
  receivedUs: number;
  body: Dispatcher.ResponseData['body'];
}

interface Limits {
  /** Until the headers are there, in ms. */
  headersMs: number;
  signal: AbortSignal;
}

/**
 * GETs of one API server, with the rights and by the way (CA, certificate, token, proxy) that a kubeconfig says. Each answer is told
 * with its Date header, which shows how the server's clock runs.
 */
export class Connection {
  readonly #kubeConfig: KubeConfig;
  readonly #onMessage: (message: Message) => void;
  #lastAnsweredUs = Number.NEGATIVE_INFINITY;

  constructor(kubeConfig: KubeConfig, onMessage: (message: Message) => void) {
    this.#kubeConfig = kubeConfig;
    this.#onMessage = onMessage;
  }

  /** When the last request was sent that was answered: up to then the server could be reached. */
  get lastAnsweredUs(): number {
    return this.#lastAnsweredUs;
  }

  /** Rejects with RefusedByServer, or with the network's error. The body is the caller's to read, or to destroy. */
  async get(path: string, { headersMs, signal }: Limits): Promise<Answer> {
    const server = this.#kubeConfig.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('the kubeconfig names no current cluster');
    const url = new URL(server.replace(/\/$/, '') + path);
    const context = new RequestContext(url.toString(), HttpMethod.GET);
    // Each time: a token may have been renewed, on disk or by the plug-in that gives it.
    await this.#kubeConfig.applySecurityAuthentication(context);
    const dispatcher = (context.getDispatcher() ?? getGlobalDispatcher()) as Dispatcher;
    const sentUs = nowUs();
    const limit = new Limit(headersMs);
    const { statusCode, headers, body } = await dispatcher
      .request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers: { ...context.getHeaders(), accept: 'application/json' },
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: AbortSignal.any([signal, limit.signal]),
      })
      .finally(() => limit.end());
    const receivedUs = nowUs();
    // Whoever reads it hears of errors by its own reading; without a listener one that comes before that would end the process.
    body.on('error', () => {});
    this.#lastAnsweredUs = Math.max(this.#lastAnsweredUs, sentUs);
    if (typeof headers.date === 'string') this.#onMessage({ kind: 'answer', date: headers.date, sentUs, receivedUs });
    if (statusCode !== 200) throw await refusal(statusCode, headers, body);
    return { sentUs, receivedUs, body };
  }

  /** A whole answer; `limitMs` is for all of it. */
  async json<T>(path: string, limitMs: number, signal: AbortSignal): Promise<{ value: T } & Omit<Answer, 'body'>> {
    const limit = new Limit(limitMs);
    try {
      const answer = await this.get(path, { headersMs: limitMs, signal: AbortSignal.any([signal, limit.signal]) });
      const value = (await answer.body.json()) as T;
      return { value, sentUs: answer.sentUs, receivedUs: nowUs() };
    } finally {
      limit.end();
    }
  }
}

/** Aborts when its time is over; what has arrived by then, while this process was held up, still counts. */
class Limit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor(ms: number) {
    const abort = () => {
      if (!this.#over) this.#controller.abort(new NoAnswer(ms));
    };
    this.#timer = setTimeout(() => setImmediate(() => setImmediate(abort)), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}

const longestRefusal = 10_000;

async function refusal(
  status: number,
  headers: Dispatcher.ResponseData['headers'],
  body: Dispatcher.ResponseData['body'],
): Promise<RefusedByServer> {
  let text = '';
  try {
    for await (const chunk of body.setEncoding('utf8')) {
      text += chunk;
      if (text.length > longestRefusal) break;
    }
  } catch {
    // The status says enough.
  }
  const seconds = Number(headers['retry-after']);
  return new RefusedByServer(status, messageOf(text) ?? `HTTP ${status}`, seconds > 0 ? seconds * 1000 : null);
}

/** Of a v1.Status. */
function messageOf(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}
