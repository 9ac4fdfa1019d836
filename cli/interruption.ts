import { type ExitCode, exitCodes } from './exit-code.ts';

/**
 * Ends a run at Ctrl-C or SIGTERM: the signal aborts, the run cleans up and leaves what it saw. Whoever asks a second
 * time does not want to wait: the process ends at once, and what it started is removed by its reaper.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #onSignal = (name: NodeJS.Signals) => this.#interrupt(name);
  #exitCode: ExitCode | null = null;
  /** What to do with what is half there, or what to say of it, where somebody asks a second time; it cannot wait for anything. */
  atOnce: (() => void) | null = null;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the process is to say; null where nobody interrupted. */
  get exitCode(): ExitCode | null {
    return this.#exitCode;
  }

  end(): void {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, this.#onSignal);
  }

  #interrupt(name: NodeJS.Signals): void {
    if (this.#exitCode !== null) {
      this.atOnce?.();
      process.exit(this.#exitCode);
    }
    this.#exitCode = name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    // As an abort by itself does, with the name of the signal: what we started is told the same.
    this.#controller.abort(new DOMException(name, 'AbortError'));
  }
}
