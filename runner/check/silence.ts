import { enoughAnswers } from './version-answers.ts';

/** Time is cut into stretches, in which answers are counted; fewer of them, for a long run, only ask for more answers. */
const finestUs = 100_000;
const mostStretches = 3000;
/** Of more than two versions nobody asks for the silence of one. */
const mostVersions = 10;
/**
 * Where an old version goes on with the same share of answers, its last silence is four times as long as any of the m
 * silences before it with a probability of m! 4! / (m + 4)!, as those are exponential: 7e-6 with 40 of them.
 */
const timesAsLong = 4;

/** Whether a version is gone, or only silent, by the answers of another one since it was last heard. */
export class Silence {
  readonly #fromUs: number;
  readonly #stretchUs: number;
  /** Answers of each version by the stretch in which they were asked for. */
  readonly #answers = new Map<string, Map<number, number>>();

  constructor(fromUs: number, toUs: number) {
    this.#fromUs = fromUs;
    this.#stretchUs = Math.max(finestUs, (toUs - fromUs) / mostStretches);
  }

  add(version: string, sentUs: number): void {
    if (!this.#answers.has(version)) {
      if (this.#answers.size >= mostVersions) return;
      this.#answers.set(version, new Map());
    }
    const counts = this.#answers.get(version) as Map<number, number>;
    const stretch = Math.floor((sentUs - this.#fromUs) / this.#stretchUs);
    counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  }

  /** How many answers of `to` came after the last one of `from`, and how many it takes to tell that there is none to come. */
  of(from: string, to: string): { answers: number; enough: number } {
    const old = new Set(from === to ? [] : this.#answers.get(from)?.keys());
    let [since, longest] = [0, 0];
    // The old version was silent from its answer in one stretch to its next in another: at the most as long as both with all between.
    for (const stretch of [...new Set([...old, ...(this.#answers.get(to)?.keys() ?? [])])].sort((a, b) => a - b)) {
      const now = this.#answers.get(to)?.get(stretch) ?? 0;
      since += now;
      if (!old.has(stretch)) continue;
      longest = Math.max(longest, since);
      since = now;
    }
    // What came in the same stretch may have been before it.
    const shared = this.#answers.get(to)?.get(Math.max(...old)) ?? 0;
    return { answers: since - shared, enough: Math.max(enoughAnswers, timesAsLong * longest) };
  }
}
