import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, NoAnswer } from './connection.ts';
import type { Message } from './message.ts';
import { pathOf } from './objects.ts';

/** How often, and so how narrow the time of a change in the store can be told. */
const everyMs = 200;
/** A server that takes longer hangs, and so does what is watched by it. */
const limitMs = 2000;

interface HeartbeatOptions {
  namespace: string;
  connection: Connection;
  onMessage(message: Message): void;
  /** No answer came in time, since the last one. */
  onSilence(): void;
}

/** Asks for a short list again and again: whether the server answers, and what the store's newest revision is. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #path: string;
  readonly #stopped = new AbortController();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#path = `${pathOf('endpointslices', options.namespace)}?limit=1`;
  }

  /** Resolves after the first time, whatever came of it: what is listed then can be compared with it. */
  async start(): Promise<void> {
    await this.#beat().catch(() => {});
    void this.#live();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #live(): Promise<void> {
    const { signal } = this.#stopped;
    let silent = false;
    while (!signal.aborted) {
      try {
        await this.#beat();
        silent = false;
      } catch (error) {
        if (error instanceof NoAnswer && !silent) {
          silent = true;
          this.#options.onSilence();
        }
      }
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async #beat(): Promise<void> {
    const { connection, onMessage } = this.#options;
    type List = { metadata?: { resourceVersion?: string } };
    const { value, sentUs, receivedUs } = await connection.json<List>(this.#path, limitMs, this.#stopped.signal);
    const revision = value.metadata?.resourceVersion;
    if (revision !== undefined) onMessage({ kind: 'revision', revision, sentUs, receivedUs });
  }
}
