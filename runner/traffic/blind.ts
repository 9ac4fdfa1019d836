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
  #lastRefusedUs = Number.NEGATIVE_INFINITY;
  #isOver = false;

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

  /**
   * An attempt's outcome is known. What was sent before the first refusal says nothing about the time since; where more
   * was refused after one that was sent, the stretch goes on from there.
   */
  ended({ outcome, readyUs, sentUs }: Attempt): void {
    if (outcome === 'unsent') {
      this.#refusedSinceUs ??= readyUs;
      this.#lastRefusedUs = readyUs;
    } else if (this.#refusedSinceUs !== null && sentUs !== null && sentUs > this.#refusedSinceUs) {
      this.#refusedUntil(sentUs);
      this.#refusedSinceUs = this.#lastRefusedUs > sentUs ? sentUs : null;
    }
  }

  /** The end of traffic: nothing that ends later counts. */
  finish(nowUs: number): void {
    this.#refusedUntil(nowUs);
    this.#isOver = true;
  }

  #refusedUntil(untilUs: number): void {
    if (this.#refusedSinceUs !== null) this.#report(this.#refusedSinceUs, untilUs, 'this machine refused to send');
  }

  #report(fromUs: number, toUs: number, why: string): void {
    if (this.#isOver || toUs - fromUs <= this.#resolutionUs) return;
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
