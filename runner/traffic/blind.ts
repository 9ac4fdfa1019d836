import type { Attempt } from '../../record/attempt.ts';
import type { Event } from '../../record/event.ts';

/**
 * Watches for stretches in which a lane could not send though something was due: the generator itself was held up, or
 * its machine refused every attempt. What the server delays (a free connection) does not make us blind.
 */
export class BlindWatch {
  readonly #lane: string;
  readonly #resolutionUs: number;
  readonly #onEvent: (event: Event) => void;
  #lastReadyUs = Number.NEGATIVE_INFINITY;
  #refusedSinceUs: number | null = null;

  constructor(lane: string, resolutionUs: number, onEvent: (event: Event) => void) {
    this.#lane = lane;
    this.#resolutionUs = resolutionUs;
    this.#onEvent = onEvent;
  }

  /** An attempt that was due is being sent, or put in line for a connection. */
  ready(intendedUs: number, readyUs: number): void {
    this.#report(Math.max(intendedUs, this.#lastReadyUs), readyUs, 'the generator was held up');
    this.#lastReadyUs = readyUs;
  }

  ended(attempt: Attempt): void {
    if (attempt.outcome === 'unsent') this.#refusedSinceUs ??= attempt.readyUs;
    else if (this.#refusedSinceUs !== null && attempt.sentUs !== null) this.#refusedUntil(attempt.sentUs);
  }

  /** The end of traffic. */
  finish(nowUs: number): void {
    if (this.#refusedSinceUs !== null) this.#refusedUntil(nowUs);
  }

  #refusedUntil(untilUs: number): void {
    if (this.#refusedSinceUs !== null) this.#report(this.#refusedSinceUs, untilUs, 'this machine refused to send');
    this.#refusedSinceUs = null;
  }

  #report(fromUs: number, toUs: number, why: string): void {
    if (toUs - fromUs <= this.#resolutionUs) return;
    const ms = Math.round((toUs - fromUs) / 1000);
    this.#onEvent({
      earliestUs: fromUs,
      latestUs: toUs,
      kind: 'blind',
      subject: { kind: 'lane', name: this.#lane },
      message: `nothing could be sent for ${ms} ms: ${why}`,
    });
  }
}
