import { warmUpOf } from './warm-up.ts';

/** A stage is looked at in so many windows; its warm-up ends with one of them. */
const most = 100;
/** A window of fewer good answers says little of how fast they are. */
const leastAnswers = 20;
/** Fewer windows are no series. */
const least = 10;

/** The end of a warm-up, from the first request on, in us. */
export interface WarmUp {
  us: number;
  found: boolean;
}

/**
 * A stage's good answers in windows of equal time, in constant memory. Logarithms, as latency is skewed: one stall must
 * not pass for the start.
 */
export class Windows {
  readonly #fromUs: number;
  readonly #widthUs: number;
  readonly #begun = new Float64Array(most);
  readonly #logarithms = new Float64Array(most);
  readonly #ended = new Float64Array(most);

  constructor(fromUs: number, toUs: number) {
    this.#fromUs = fromUs;
    this.#widthUs = Math.max(1, toUs - fromUs) / most;
  }

  /** Of a good answer: when it was to be asked for, and when it was there. */
  add(intendedUs: number, endUs: number): void {
    const begun = this.#at(intendedUs);
    if (begun === null) return;
    (this.#begun[begun] as number)++;
    (this.#logarithms[begun] as number) += Math.log(Math.max(1, endUs - intendedUs));
    const ended = this.#at(endUs);
    if (ended !== null) (this.#ended[ended] as number)++;
  }

  /**
   * The later one of where latency and, where the answers set the rate, the rate became steady. At least one window is
   * left out: connections are opened in it.
   */
  warmUp(rateIsFree: boolean): WarmUp {
    const answers = this.#begun.reduce((sum, count) => sum + count, 0);
    const windows = Math.min(most, Math.floor(answers / leastAnswers));
    if (windows < least) return { us: 0, found: false };
    const each = Math.ceil(most / windows);
    const latency = this.#groups(each, (from, to) => {
      const count = sum(this.#begun, from, to);
      return count === 0 ? null : sum(this.#logarithms, from, to) / count;
    });
    const rate = rateIsFree ? this.#groups(each, (from, to) => sum(this.#ended, from, to) / (to - from)) : [];
    const found = [latency, ...(rateIsFree ? [rate] : [])].map((series) => warmUpOf(filled(series)));
    const cut = Math.max(1, ...found.map(({ cut }) => cut)) * each;
    return { us: Math.round(cut * this.#widthUs), found: found.every((one) => one.found) };
  }

  #groups(each: number, of: (from: number, to: number) => number | null): (number | null)[] {
    const groups: (number | null)[] = [];
    for (let from = 0; from < most; from += each) groups.push(of(from, Math.min(most, from + each)));
    return groups;
  }

  #at(us: number): number | null {
    const window = Math.floor((us - this.#fromUs) / this.#widthUs);
    return window >= 0 && window < most ? window : null;
  }
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at++) total += values[at] as number;
  return total;
}

/** A window without a good answer says nothing: it is taken to be like the one before it. */
function filled(series: readonly (number | null)[]): number[] {
  let last = series.find((value) => value !== null) ?? 0;
  return series.map((value) => {
    last = value ?? last;
    return last;
  });
}
