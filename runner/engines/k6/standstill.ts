import type { Attempt } from '../../../record/attempt.ts';
import type { Event } from '../../../record/event.ts';
import { BlindWatch } from '../../traffic/blind.ts';
import type { Lane } from '../../traffic/lane.ts';

/** A script may be done a moment before the steps are. */
const doneBeforeUs = 1_000_000;
/** k6 writes how many VUs it has once a second, whatever the script does; so much later is late. */
const tickUs = 1_000_000;
const leastLateUs = 500_000;

/** Watches for stretches in which k6 could not send, or did not any more. All times by the run's clock. */
export class Standstill {
  readonly #lane: Lane;
  readonly #blind: BlindWatch;
  readonly #onEvent: (event: Event) => void;
  #lastBeginUs: number | null = null;
  #lastTickUs: number | null = null;
  #latestUs = Number.NEGATIVE_INFINITY;
  #latestLoadUs = Number.NEGATIVE_INFINITY;

  constructor(lane: Lane, onEvent: (event: Event) => void) {
    this.#lane = lane;
    this.#onEvent = onEvent;
    this.#blind = new BlindWatch(lane.name, lane.resolutionUs, onEvent);
  }

  /** Of the latest line. */
  get latestUs(): number {
    return this.#latestUs;
  }

  /** `isOfLoad`: not of what the script does when its load is over. */
  line(us: number, isOfLoad: boolean): void {
    if (us > this.#latestUs) this.#latestUs = us;
    if (isOfLoad && us > this.#latestLoadUs) this.#latestLoadUs = us;
  }

  began(us: number): void {
    const last = this.#lastBeginUs;
    if (last !== null && us <= last) return;
    this.#lastBeginUs = us;
    const { rate } = this.#lane;
    // Without a rate a server that makes its clients wait makes the gaps.
    if (rate !== 'unpaced' && last !== null) this.#blind.ready(last + 1e6 / rate, us);
  }

  /** A k6 that was held up is late with its count of VUs. */
  ticked(us: number): void {
    const last = this.#lastTickUs;
    this.#lastTickUs = us;
    const allowedUs = tickUs + Math.max(leastLateUs, this.#lane.resolutionUs);
    if (last !== null && us - last > allowedUs) this.#say(last, us, 'k6 was held up');
  }

  ended(attempt: Attempt): void {
    this.#blind.ended(attempt);
  }

  /** The end of traffic. A script that is done before the steps are leaves them unseen. */
  finish(stopUs: number): void {
    this.#blind.finish(stopUs);
    const { requests, resolutionUs } = this.#lane;
    const lastUs = Math.min(this.#latestLoadUs, stopUs);
    if (requests !== null || !Number.isFinite(lastUs)) return;
    if (stopUs - lastUs > Math.max(resolutionUs, doneBeforeUs)) this.#say(lastUs, stopUs, 'k6 had ended');
  }

  #say(fromUs: number, toUs: number, why: string): void {
    this.#onEvent({
      earliestUs: fromUs,
      latestUs: toUs,
      kind: 'blind',
      subject: { kind: 'lane', name: this.#lane.name },
      message: `nothing could be sent for ${Math.round((toUs - fromUs) / 1000)} ms: ${why}`,
    });
  }
}
