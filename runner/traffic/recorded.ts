import { createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import type { Traffic, TrafficOptions } from './traffic.ts';

/**
 * Traffic with the record that it appends to: made before it is prepared, ended when it is over. Rejects as `prepare` does,
 * and HITLESS_RECORD_WRITE where the record cannot be made; one that cannot be ended goes to `onError`.
 */
export async function recorded(
  options: TrafficOptions,
  prepare: (options: TrafficOptions) => Promise<Traffic>,
): Promise<Traffic> {
  createAttemptsFile(options.attemptsFile);
  let failed = false;
  const fail = (error: Error) => {
    if (failed) return;
    failed = true;
    options.onError(error);
  };
  const end = () => {
    try {
      endAttemptsFile(options.attemptsFile);
    } catch (error) {
      fail(error as Error);
    }
  };
  try {
    return new Recorded(await prepare({ ...options, onError: fail }), end);
  } catch (error) {
    end();
    throw error;
  }
}

class Recorded implements Traffic {
  readonly scheduling: Traffic['scheduling'];
  readonly finished: Promise<void>;
  readonly #traffic: Traffic;
  readonly #end: () => void;
  #ending: Promise<void> | null = null;

  constructor(traffic: Traffic, end: () => void) {
    this.#traffic = traffic;
    this.scheduling = traffic.scheduling;
    this.finished = traffic.finished;
    this.#end = end;
  }

  start(): number {
    return this.#traffic.start();
  }

  counts() {
    return this.#traffic.counts();
  }

  stop(): Promise<void> {
    return this.#endedAfter(this.#traffic.stop());
  }

  /** Also after stop(), which then resolves early. */
  abort(): Promise<void> {
    return this.#endedAfter(this.#traffic.abort());
  }

  async #endedAfter(closed: Promise<void>): Promise<void> {
    this.#ending ??= closed.then(this.#end);
    await Promise.all([closed, this.#ending]);
  }
}
