import { nowUs } from '../../../record/clock.ts';

/**
 * Microseconds since 1970 minus microseconds of our monotonic clock. Date.now() is cut to whole milliseconds, so the
 * greatest difference of many is nearest to the truth.
 */
export function wallOffsetUs(): number {
  let greatest = Number.NEGATIVE_INFINITY;
  const untilUs = nowUs() + 5000;
  while (nowUs() < untilUs) greatest = Math.max(greatest, Date.now() * 1000 - nowUs());
  return greatest;
}
