import type { RunFacts } from '../../record/facts.ts';
import type { OutageResult } from '../../record/result.ts';

/** Times of a lane's failed attempts, by when they were sent: 8 bytes each, in an array that doubles. */
export class FailureTimes {
  #times = new Float64Array(64);
  #length = 0;

  add(sentUs: number): void {
    if (this.#length === this.#times.length) {
      const wider = new Float64Array(this.#length * 2);
      wider.set(this.#times);
      this.#times = wider;
    }
    this.#times[this.#length++] = sentUs;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes each of these away, once for each time that it is given. */
  remove(times: readonly number[]): void {
    if (times.length === 0) return;
    const unwanted = new Map<number, number>();
    for (const time of times) unwanted.set(time, (unwanted.get(time) ?? 0) + 1);
    const kept = this.#times.subarray(0, this.#length).filter((time) => {
      const left = unwanted.get(time) ?? 0;
      if (left > 0) unwanted.set(time, left - 1);
      return left === 0;
    });
    this.#times = new Float64Array(Math.max(64, kept.length));
    this.#times.set(kept);
    this.#length = kept.length;
  }

  sorted(): Float64Array {
    return this.#times.slice(0, this.#length).sort();
  }
}

/**
 * The good answers between a lane's failed attempts. Gap i lies before failure i, the last gap after all of them; one
 * sent in the same microsecond as a failure counts as after it. It takes some 80 bytes a failure: memory grows with what
 * failed, not with what was sent.
 */
export class Gaps {
  readonly failures: Float64Array;
  readonly #windowUs: number;
  readonly #successes: Uint32Array;
  readonly #firstSent: Float64Array;
  readonly #lastSent: Float64Array;
  readonly #firstEnd: Float64Array;
  /** Of successes moved one window earlier: with it the number within a window is a difference of two sums. */
  readonly #successesMoved: Uint32Array;

  constructor(failures: Float64Array, windowUs: number) {
    const gaps = failures.length + 1;
    this.failures = failures;
    this.#windowUs = windowUs;
    this.#successes = new Uint32Array(gaps);
    this.#successesMoved = new Uint32Array(gaps);
    this.#firstSent = new Float64Array(gaps).fill(Number.POSITIVE_INFINITY);
    this.#lastSent = new Float64Array(gaps).fill(Number.NEGATIVE_INFINITY);
    this.#firstEnd = new Float64Array(gaps).fill(Number.POSITIVE_INFINITY);
  }

  addSuccess(sentUs: number, endUs: number): void {
    const gap = upperBound(this.failures, sentUs);
    this.#successes[gap] = (this.#successes[gap] as number) + 1;
    this.#firstSent[gap] = Math.min(this.#firstSent[gap] as number, sentUs);
    this.#lastSent[gap] = Math.max(this.#lastSent[gap] as number, sentUs);
    this.#firstEnd[gap] = Math.min(this.#firstEnd[gap] as number, endUs);
    const moved = upperBound(this.failures, sentUs - this.#windowUs);
    this.#successesMoved[moved] = (this.#successesMoved[moved] as number) + 1;
  }

  /** Total outages and, around them where more than `share` of a window failed, partial ones; by start. */
  outages(lane: string, { facts, lastPlannedUs, share }: Frame): OutageResult[] {
    const earliestEnd = this.#earliestEnds();
    const outage = (kind: OutageResult['kind'], { from, to }: Run) =>
      this.#outage(kind, lane, facts.trafficFromUs, lastPlannedUs, from, to, earliestEnd);
    const totals = this.#totals();
    const partials = this.#partials(share, totals);
    return [...totals.map((run) => outage('total', run)), ...partials.map((run) => outage('partial', run))].sort(
      (a, b) => a.fromMs - b.fromMs,
    );
  }

  /** Runs of failures without a success between them. */
  #totals(): Run[] {
    const runs: Run[] = [];
    for (let i = 0; i < this.failures.length; i++) {
      const last = runs.at(-1);
      if (last === undefined || (this.#successes[i] as number) > 0) runs.push({ from: i, to: i });
      else last.to = i;
    }
    return runs;
  }

  /** Where more than `share` of a window that starts at a failure failed, and some did not. */
  #partials(share: number, totals: readonly Run[]): Run[] {
    const before = prefixSums(this.#successes);
    const beforeWindowEnd = prefixSums(this.#successesMoved);
    const flagged: Run[] = [];
    for (let i = 0, end = 0; i < this.failures.length; i++) {
      const untilUs = (this.failures[i] as number) + this.#windowUs;
      while (end < this.failures.length && (this.failures[end] as number) < untilUs) end++;
      const failed = end - i;
      const good = (beforeWindowEnd[i] as number) - (before[i] as number);
      if (failed <= share * (failed + good)) continue;
      const last = flagged.at(-1);
      if (last !== undefined && i <= last.to) last.to = Math.max(last.to, end - 1);
      else flagged.push({ from: i, to: end - 1 });
    }
    return join(flagged, totals).filter(({ from, to }) => (before[to] as number) > (before[from] as number));
  }

  #outage(
    kind: OutageResult['kind'],
    lane: string,
    zeroUs: number,
    lastPlannedUs: number,
    from: number,
    to: number,
    earliestEnd: Float64Array,
  ): OutageResult {
    const first = this.failures[from] as number;
    const last = this.failures[to] as number;
    const successBefore = this.#lastSent[from] as number;
    const successAfter = this.#firstSent[to + 1] as number;
    const hadSuccess = (this.#successes[from] as number) > 0;
    const hasSuccess = (this.#successes[to + 1] as number) > 0;
    const startUs = hadSuccess ? (successBefore + first) / 2 : Math.min(zeroUs, first);
    const endUs = hasSuccess ? (last + successAfter) / 2 : Math.max(lastPlannedUs, last);
    return {
      kind,
      lane,
      fromMs: (hadSuccess ? successBefore : Math.min(zeroUs, first)) / 1000 - zeroUs / 1000,
      toMs: hasSuccess ? ((earliestEnd[to + 1] as number) - zeroUs) / 1000 : null,
      ms: (endUs - startUs) / 1000,
      failures: to - from + 1,
      cause: null,
    };
  }

  /** Of all successes sent after a failure the one that ended first may have been sent later than the next one. */
  #earliestEnds(): Float64Array {
    const earliest = this.#firstEnd.slice();
    for (let i = earliest.length - 2; i >= 0; i--)
      earliest[i] = Math.min(earliest[i] as number, earliest[i + 1] as number);
    return earliest;
  }
}

/** `lastPlannedUs`: when the lane was last to send; an outage that has no end is not longer than that. */
interface Frame {
  facts: RunFacts;
  lastPlannedUs: number;
  share: number;
}

/** Failures `from` to `to`, by place. */
interface Run {
  from: number;
  to: number;
}

/** Widens each stretch to whole total outages, and makes one of those that then share failures. */
function join(stretches: readonly Run[], totals: readonly Run[]): Run[] {
  const joined: Run[] = [];
  let total = 0;
  for (const stretch of stretches) {
    while ((totals[total] as Run).to < stretch.from) total++;
    const { from } = totals[total] as Run;
    while ((totals[total] as Run).to < stretch.to) total++;
    const { to } = totals[total] as Run;
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** sums[i]: of values 0 to i. */
function prefixSums(values: Uint32Array): Float64Array {
  const sums = Float64Array.from(values);
  for (let i = 1; i < sums.length; i++) sums[i] = (sums[i] as number) + (sums[i - 1] as number);
  return sums;
}

/** How many of the sorted values are at most `value`. */
function upperBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
