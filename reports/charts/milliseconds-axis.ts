import { tickStyle } from './axis.ts';
import type { Look } from './look.ts';

/** A logarithmic axis of latency, from the decade step (1, 2, 5) below the least to the one above the greatest. */
export function millisecondsAxis(values: readonly (number | null)[], look: Look) {
  const known = values.filter((value) => value !== null).map(logarithmic);
  const steps = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = known.reduce((a, b) => Math.max(a, b), 0);
  const min = steps.findLast((step) => step <= least) ?? (known.length > 0 ? 0.01 : 1);
  const max = steps.find((step) => step >= greatest && step > min) ?? 1_000_000;
  return {
    type: 'logarithmic',
    min,
    max,
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      const within = steps.filter((step) => min <= step && step <= max);
      const decades = within.filter((step) => /^[01.]+$/.test(String(step)));
      scale.ticks = (within.length > 8 ? decades : within).map((value) => ({ value }));
    },
    ticks: { ...tickStyle(look), padding: 8, autoSkip: false, callback: (value: unknown) => short(Number(value)) },
  };
}

/** Zero has no place on a logarithmic axis; the clock's own step is a thousandth. */
export function logarithmic(ms: number): number {
  return Math.max(0.01, ms);
}

function short(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
