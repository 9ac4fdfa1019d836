import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from '../../../record/clock.ts';
import { type Connection, RefusedByServer } from './connection.ts';
import { BadLine, JsonLines } from './json-lines.ts';
import { type ListOfAll, listAll } from './list.ts';
import type { ChangeType, Known, Message } from './message.ts';
import { type KubernetesObject, pathOf, type Resource } from './objects.ts';

/**
 * The server ends each watch after so long, in order, and the next one starts where it ended. A connection that died without
 * a word is noticed when that end does not come.
 */
const watchSeconds = 10;
const lateMs = 3000;
const headersMs = 5000;
/** A renewal that takes no longer is none in which the kind was not watched: its changes come with the next answer. */
const renewalUs = 1_000_000;
/** The server is asked several times in this time: one that answered none of them hangs. */
const silenceUs = 1_000_000;
const backOffMs = { first: 100, most: 1000 };

const changeTypes: readonly string[] = ['ADDED', 'MODIFIED', 'DELETED'] satisfies ChangeType[];

interface WatchOptions {
  resource: Resource;
  namespace: string;
  connection: Connection;
  onMessage(message: Message): void;
  /** It is no longer watched. */
  onBlind(): void;
}

/**
 * Follows all objects of a kind: lists them, then watches from there. A watch that ends is started again where it ended; when the server
 * no longer knows that place, or what came was no proper line, by a list. It gives up only when it is stopped.
 */
export class Watch {
  readonly resource: Resource;
  readonly #path: string;
  readonly #connection: Connection;
  readonly #onMessage: (message: Message) => void;
  readonly #onBlind: () => void;
  readonly #stopped = new AbortController();
  /** Up to where all is known; null before the first list. */
  #known: Known | null = null;
  /** The next watch can not start there; a list has to come first. */
  #outOfPlace = false;
  /** It was watched at some time. */
  #begun = false;
  #heardUs = Number.NEGATIVE_INFINITY;
  /** Since when it is not watched, and why; null while it is. */
  #blind: { fromUs: number; why: string; orderly: boolean; missedSince: Known | null } | null = null;
  #stream: AbortController | undefined;

  constructor({ resource, namespace, connection, onMessage, onBlind }: WatchOptions) {
    this.resource = resource;
    this.#path = pathOf(resource, namespace);
    this.#connection = connection;
    this.#onMessage = onMessage;
    this.#onBlind = onBlind;
  }

  /** Since when it is not watched, in microseconds; null while it is. */
  get blindSinceUs(): number | null {
    return this.#blind === null || this.#isRenewal() ? null : this.#blind.fromUs;
  }

  /** Resolves when the first list is in and the watch from there has begun; rejects where either is refused. */
  async start(): Promise<void> {
    await this.#list();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    void this.#live(resolve, reject);
    await promise;
  }

  /** The connection may be dead: takes another. */
  doubt(why: string): void {
    this.#stream?.abort(new Error(why));
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    if (!this.#begun) return;
    const { lastAnsweredUs } = this.#connection;
    if (nowUs() - lastAnsweredUs > silenceUs) this.#lose(lastAnsweredUs, 'the API server did not answer', false);
    this.#seeAgain(true);
  }

  async #live(started: () => void, failed: (error: unknown) => void): Promise<void> {
    let delayMs = 0;
    while (!this.#stopped.signal.aborted) {
      const fromUs = nowUs();
      try {
        if (this.#outOfPlace) await this.#list();
        await this.#follow(started);
        delayMs = nowUs() - fromUs > renewalUs ? 0 : backOffMs.first;
      } catch (error) {
        if (this.#stopped.signal.aborted) break;
        if (error instanceof RefusedByServer && error.status >= 401 && error.status <= 405) failed(error);
        if (isOutOfPlace(error)) this.#outOfPlace = true;
        // A watch that had begun is one that the server is ready for.
        delayMs = waitAfter(error, this.#heardUs > fromUs ? 0 : delayMs);
      }
      await sleep(delayMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
    started();
  }

  async #list(): Promise<void> {
    const found: ListOfAll = await listAll(this.#connection, this.resource, this.#path, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return;
    const { items, revision, sentUs, receivedUs, readUs } = found;
    if (this.#blind !== null) this.#blind.missedSince ??= this.#known;
    const since = this.#known;
    if (this.resource !== 'events') this.#onMessage({ kind: 'revision', revision, sentUs, receivedUs: readUs });
    this.#onMessage({ kind: 'list', resource: this.resource, items, sentUs, receivedUs, since });
    this.#known = { us: sentUs, revision };
    this.#outOfPlace = false;
  }

  async #follow(started: () => void): Promise<void> {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${this.#known?.revision}`;
    const stream = new AbortController();
    this.#stream = stream;
    const signal = AbortSignal.any([this.#stopped.signal, stream.signal]);
    let dead: NodeJS.Timeout | undefined;
    let isDead = false;
    try {
      const { body } = await this.#connection.get(`${this.#path}?${query}`, { headersMs, signal });
      this.#heardUs = nowUs();
      this.#seeAgain();
      this.#begun = true;
      started();
      dead = setTimeout(
        () => {
          isDead = true;
          stream.abort(new Error('the watch did not end when it was to'));
        },
        watchSeconds * 1000 + lateMs,
      );
      const lines = new JsonLines();
      for await (const chunk of body as AsyncIterable<Buffer>) {
        this.#heardUs = nowUs();
        for (const line of lines.add(chunk)) this.#take(line);
      }
      lines.end();
      this.#lose(nowUs(), 'the server ended the watch', true);
    } catch (error) {
      const lastGoodUs = isDead ? this.#heardUs : Math.max(this.#heardUs, this.#connection.lastAnsweredUs);
      this.#lose(lastGoodUs, error instanceof Error ? error.message : String(error), false);
      throw error;
    } finally {
      clearTimeout(dead);
      stream.abort();
      this.#stream = undefined;
    }
  }

  #take(line: unknown): void {
    const { type, object } = (line ?? {}) as {
      type?: unknown;
      object?: KubernetesObject & { code?: number; message?: string };
    };
    if (typeof type !== 'string' || object === undefined) throw new BadLine('a line that is no event of a watch');
    if (type === 'ERROR') throw new RefusedByServer(object.code ?? 410, object.message ?? 'the watch failed', null);
    const revision = object.metadata?.resourceVersion;
    if (typeof revision !== 'string' || revision === '') throw new BadLine(`${type} of an object without a version`);
    if (changeTypes.includes(type))
      this.#onMessage({
        kind: 'change',
        resource: this.resource,
        type: type as ChangeType,
        object,
        receivedUs: this.#heardUs,
      });
    else if (type !== 'BOOKMARK') throw new BadLine(`an event of the unknown type ${type}`);
    if (this.#known !== null) this.#known = { ...this.#known, revision };
  }

  /** Where it was lost already, the first time counts. */
  #lose(fromUs: number, why: string, orderly: boolean): void {
    if (this.#blind === null) this.#blind = { fromUs, why, orderly, missedSince: null };
    else if (!orderly) this.#blind = { ...this.#blind, why, orderly };
    if (!orderly) this.#onBlind();
  }

  #isRenewal(): boolean {
    const blind = this.#blind;
    return blind?.orderly === true && blind.missedSince === null && nowUs() - blind.fromUs <= renewalUs;
  }

  #seeAgain(ended = false): void {
    if (this.#blind !== null && !this.#isRenewal()) {
      const { fromUs, why, missedSince } = this.#blind;
      this.#onMessage({ kind: 'blind', resource: this.resource, fromUs, toUs: nowUs(), missedSince, ended, why });
    }
    this.#blind = null;
  }
}

/** The server does not know the place any more (410), or we do not. */
function isOutOfPlace(error: unknown): boolean {
  if (error instanceof RefusedByServer) return [400, 404, 410].includes(error.status);
  return error instanceof BadLine;
}

function waitAfter(error: unknown, beforeMs: number): number {
  const ownMs = Math.min(Math.max(beforeMs * 2, backOffMs.first), backOffMs.most);
  return error instanceof RefusedByServer ? Math.max(ownMs, error.retryAfterMs ?? 0) : ownMs;
}
