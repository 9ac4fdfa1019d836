import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counter } from './counter.ts';
import type { Ledger } from './ledger.ts';
import type { Settings } from './settings.ts';

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The tutorial's app: says hello, its name, and from v0.0.2 on how often it has said so. */
export class Replica {
  readonly name = Array.from({ length: 10 }, () => lettersAndDigits[randomInt(lettersAndDigits.length)]).join('');
  readonly #settings: Settings;
  readonly #ledger: Ledger | null;
  readonly #counter: Counter;
  #draining = false;

  constructor(settings: Settings, ledger: Ledger | null, counter: Counter) {
    this.#settings = settings;
    this.#ledger = ledger;
    this.#counter = counter;
  }

  /** From now on it is not ready, and each answer says that the connection closes. */
  drain(): void {
    this.#draining = true;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?', 1)[0];
    const ready = this.#settings.ready && !this.#draining;
    if (path === '/healthz') this.#send(request, response, 200, { healthy: true });
    else if (path === '/readyz') this.#send(request, response, ready ? 200 : 503, { ready });
    else if (path !== '/') this.#send(request, response, 404, { error: 'not found' });
    else if (this.#settings.answerDelayMs === 0) void this.#hello(request, response);
    else setTimeout(() => void this.#hello(request, response), this.#settings.answerDelayMs);
  }

  async #hello(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hello = { hello: 'world', name: this.name };
    const answer = this.#settings.version === 'v0.0.1' ? hello : { ...hello, counter: await this.#counter.next() };
    this.#send(request, response, 200, answer);
  }

  #send(request: IncomingMessage, response: ServerResponse, status: number, answer: object): void {
    const id = request.headers['x-hitless-id'];
    if (typeof id === 'string') this.#ledger?.(id);
    const body = JSON.stringify(answer);
    if (this.#draining) response.setHeader('Connection', 'close');
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'x-version': this.#settings.version,
    });
    response.end(body);
  }
}
