import { nowUs } from '../../../record/clock.ts';

const everyUs = 5_000;
/** What timers are late by where nothing is wrong. */
const allowedUs = 2_000;

/**
 * Notices when this thread could not run for a while: what its sockets had received by then it had not read, and timers
 * come before sockets in Node's event loop. `onStall` is told of each, from when it should have run until it did.
 */
export class Stalls {
  readonly #timer: NodeJS.Timeout;
  readonly #onStall: (fromUs: number, toUs: number) => void;
  #beatUs = nowUs();
  #endedUs = Number.NEGATIVE_INFINITY;

  constructor(onStall: (fromUs: number, toUs: number) => void) {
    this.#onStall = onStall;
    this.#timer = setInterval(() => this.#beat(), everyUs / 1000);
  }

  /** Whether a timer that runs now may run before the sockets are read that a stall kept from being read. */
  isRecent(now: number): boolean {
    return now - this.#beatUs > everyUs + allowedUs || now - this.#endedUs < allowedUs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = nowUs();
    const dueUs = this.#beatUs + everyUs;
    this.#beatUs = now;
    if (now - dueUs <= allowedUs) return;
    this.#endedUs = now;
    this.#onStall(dueUs, now);
  }
}
