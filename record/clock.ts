/**
 * The one clock of a run: microseconds of the system's monotonic clock, the same in every thread and process of a
 * machine. `performance.now()` counts on that clock from a start of its own in each thread; the offset between the two
 * is constant, and adding it is ten times cheaper than `process.hrtime.bigint()`.
 */
const offsetUs = measureOffsetUs();

function measureOffsetUs(): number {
  let best = { widthUs: Number.POSITIVE_INFINITY, offsetUs: 0 };
  for (let i = 0; i < 16; i++) {
    const before = performance.now() * 1000;
    const systemUs = Number(process.hrtime.bigint()) / 1000;
    const after = performance.now() * 1000;
    if (after - before < best.widthUs) best = { widthUs: after - before, offsetUs: systemUs - (before + after) / 2 };
  }
  return best.offsetUs;
}

/** Now, in whole microseconds of the monotonic clock. */
export function nowUs(): number {
  return Math.round(performance.now() * 1000 + offsetUs);
}

/** A moment of the monotonic clock tied to the wall clock, taken once a run: what turns a record's times into dates. */
export interface ClockAnchor {
  monotonicUs: number;
  /** milliseconds since 1970, UTC */
  wallMs: number;
}

export function anchorNow(): ClockAnchor {
  return { monotonicUs: nowUs(), wallMs: Date.now() };
}
