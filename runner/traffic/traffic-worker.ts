import { Worker } from 'node:worker_threads';
import { HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import type { FromThread, ToldError, ToThread } from './messages.ts';
import type { Scheduling } from './priority.ts';

/** Sources run as they are, and as JavaScript once they are built. */
const builtin = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * Attempts die young; left alone, V8 widens their part of the heap under load until a thread takes 100 MB more than it
 * needs (17 MB live at 20,000 attempts a second, measured).
 */
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export interface WorkerListener {
  onEvent(event: Event): void;
  onLaneDone(): void;
  /** The thread died or could not write: attempts are missing from the record. Or a flow is wrong. */
  onFailure(error: Error): void;
}

/** A traffic thread as the main thread sees it. */
export class TrafficWorker {
  /** How it is scheduled. Rejects where the thread fails before it is ready. */
  readonly ready: Promise<Scheduling>;
  /** The thread has ended, in one way or another. */
  readonly closed: Promise<void>;
  readonly #worker: Worker;
  #hasEnded = false;

  /** `script`: what it runs, the builtin engine's thread by default; `data` is what that takes. */
  constructor(data: unknown, listener: WorkerListener, script: URL = builtin) {
    // What tools that look at threads call it.
    const worker = new Worker(script, { name: 'traffic', workerData: data, resourceLimits });
    this.#worker = worker;
    const ready = Promise.withResolvers<Scheduling>();
    const closed = Promise.withResolvers<void>();
    let isReady = false;
    let isClosed = false;
    const fail = (error: Error) => {
      if (isReady) listener.onFailure(error);
      ready.reject(error);
    };
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') {
        isReady = true;
        ready.resolve(message.scheduling);
      } else if (message.kind === 'event') listener.onEvent(message.event);
      else if (message.kind === 'lane-done') listener.onLaneDone();
      else if (message.kind === 'fault') listener.onFailure(asError(message));
      else {
        isClosed = true;
        if (message.kind === 'failed') fail(asError(message));
      }
    });
    worker.on('error', (error) => {
      isClosed = true;
      fail(threadError(error.message, error));
    });
    worker.on('exit', (code) => {
      this.#hasEnded = true;
      if (!isClosed) fail(threadError(`it exited with code ${code}`));
      closed.resolve();
    });
    this.ready = ready.promise;
    this.closed = closed.promise;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends it whatever it does; what it had not written is lost. */
  kill(): void {
    void this.#worker.terminate();
  }

  tell(message: ToThread): void {
    if (!this.#hasEnded) this.#worker.postMessage(message);
  }
}

function asError({ code, message, hint, blame = 'environment', location }: ToldError): Error {
  if (code === null) return threadError(message);
  return new HitlessError(code, message, { blame, ...(hint !== null && { hint }), ...(location && { location }) });
}

function threadError(what: string, cause?: unknown): HitlessError {
  return new HitlessError('HITLESS_TRAFFIC_THREAD', `a traffic thread died: ${what}`, { blame: 'environment', cause });
}
