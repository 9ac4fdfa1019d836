import type { Timers } from './timers.ts';

/**
 * Carries each new list to where connections are led, later, in order: a list that comes early because it had the
 * shorter way replaces those before it, and is not undone by them.
 */
export class EndpointSpread<T> {
  readonly #timers: Timers;
  readonly #arrive: (list: T) => void;
  #sent = 0;
  #arrived = 0;

  constructor(timers: Timers, arrive: (list: T) => void) {
    this.#timers = timers;
    this.#arrive = arrive;
  }

  send(list: T, delayMs: number): void {
    const order = ++this.#sent;
    this.#timers.after(delayMs, () => {
      if (order < this.#arrived) return;
      this.#arrived = order;
      this.#arrive(list);
    });
  }
}
