import { nowUs } from '../../../record/clock.ts';

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Microseconds since 1970 of an RFC 3339 time with up to nine digits, as Go writes it; null where it is none. Date keeps three. */
export function wallUsOf(text: string): number | null {
  const parts = pattern.exec(text);
  if (parts === null) return null;
  const [, seconds, digits = '', zone] = parts;
  const ms = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? null : ms * 1000 + Number(`0.${digits || 0}`) * 1e6;
}

/** Date.now() is floored to milliseconds: the largest difference of many readings is the closest to the truth. */
const measureUs = 2_500;
/** Clocks are steered by at most 500 ppm (adjtimex(2)): 1 ms within two seconds. */
const freshForUs = 2_000_000;

/** What k6 calls a time of the day is a moment of the run's clock. Right to about a millisecond. */
export class WallClock {
  /** Monotonic minus wall. */
  #offsetUs = 0;
  #measuredUs = Number.NEGATIVE_INFINITY;

  runUs(wallUs: number): number {
    const now = nowUs();
    if (now - this.#measuredUs > freshForUs) this.#measure(now);
    return Math.round(wallUs + this.#offsetUs);
  }

  #measure(fromUs: number): void {
    let offsetUs = Number.POSITIVE_INFINITY;
    let now = fromUs;
    do {
      const wallUs = Date.now() * 1000;
      now = nowUs();
      offsetUs = Math.min(offsetUs, now - wallUs);
    } while (now - fromUs < measureUs);
    this.#offsetUs = offsetUs;
    this.#measuredUs = now;
  }
}
