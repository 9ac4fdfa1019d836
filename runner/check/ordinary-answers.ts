import binomial from '@stdlib/stats-base-dists-binomial';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { factsOfApp } from '../../record/lane-roles.ts';
import { type Baseline, baselineOf } from './baseline.ts';
import { isUnresolved } from './kinds.ts';
import { burstWindowsUs } from './new-failures.ts';
import { chanceOfBurst, chanceOfRise, largestBurst } from './rise.ts';
import { StaleRaces } from './stale-races.ts';
import { overlap, type Stretch, union } from './stretch.ts';
import { terminations } from './terminations.ts';

/** What chance does more seldom than that it did not do; each of four tests, so a wrong one in 2,500 runs. */
const seldom = 1e-4;

class LaneTally {
  sentBefore = 0;
  sentAfter = 0;
  failedBefore = 0;
  /** After the change: bad statuses, when they were asked for, and all else that was lost. */
  readonly statusUs: number[] = [];
  others = 0;
}

/**
 * Bad answers of a service that gives one now and then, whatever is deployed: of one in a thousand nothing is seen in four
 * of five baselines of 200 requests. They come one by one, seldom, as answers with a bad status, and no more often than
 * else while replicas end. What is more than that is the change's doing.
 */
export class OrdinaryAnswers {
  readonly #share: number;
  readonly #facts: RunFacts;
  readonly #baseline: Baseline;
  readonly #staleRaces: StaleRaces;
  readonly #lanes = new Map<string, LaneTally>();

  /** `percent`: the largest share of bad answers that may be ordinary. */
  constructor(facts: RunFacts, percent: number) {
    this.#share = percent / 100;
    this.#facts = factsOfApp(facts);
    this.#baseline = baselineOf(facts);
    this.#staleRaces = new StaleRaces(facts);
    for (const { name } of this.#facts.lanes) this.#lanes.set(name, new LaneTally());
  }

  see(batch: AttemptBatch, row: number): void {
    const tally = this.#lanes.get(batch.lane.at(row) as string);
    const outcome = batch.outcome.at(row) as Outcome;
    if (tally === undefined || outcome === 'unsent' || isUnresolved(batch.phase.at(row), batch.detail.at(row))) return;
    const sentUs = batch.sentUs[row] as number;
    const { fromUs, toUs } = this.#baseline;
    const isBefore = sentUs >= fromUs && sentUs < toUs;
    if (isBefore) tally.sentBefore++;
    else tally.sentAfter++;
    if (!this.#isLost(batch, row, outcome)) return;
    if (isBefore && (batch.endUs[row] as number) < toUs) tally.failedBefore++;
    else if (outcome === 'status') tally.statusUs.push(sentUs);
    else tally.others++;
  }

  /** A race of an idle connection outside a replica's termination is for zero-failed to warn of. */
  #isLost(batch: AttemptBatch, row: number, outcome: Outcome): boolean {
    if (outcome === 'stale-race') return this.#staleRaces.isInTermination(batch, row);
    return outcome === 'unanswered' ? this.#facts.complete : isFailed(outcome);
  }

  /** Once all rows were seen: whether all that the lane lost may be such answers, which its baseline was too short to meet. */
  mayExplain(lane: string): boolean {
    const tally = this.#lanes.get(lane);
    if (tally === undefined || tally.statusUs.length === 0) return false;
    const { sentBefore, sentAfter, failedBefore, others, statusUs } = tally;
    if (failedBefore > 0 || others > 0 || sentBefore === 0) return false;
    const failed = statusUs.length;
    const chances = [
      atLeast(failed, sentAfter, this.#share),
      chanceOfRise({ before: { sent: sentBefore, failed: 0 }, after: { sent: sentAfter, failed } }),
      this.#chanceOfBursts(statusUs.toSorted((a, b) => a - b)),
      this.#chanceOfTerminations(statusUs),
    ];
    return chances.every((chance) => chance >= seldom);
  }

  #after(): Stretch {
    return { fromUs: this.#baseline.toUs, toUs: this.#facts.trafficToUs };
  }

  #chanceOfBursts(times: readonly number[]): number {
    const { fromUs, toUs } = this.#after();
    const chances = burstWindowsUs.map((windowUs) =>
      chanceOfBurst(largestBurst(times, windowUs), times.length, windowUs, toUs - fromUs),
    );
    return burstWindowsUs.length * Math.min(...chances);
  }

  /** That so many fall into the time in which replicas were on their way out. */
  #chanceOfTerminations(times: readonly number[]): number {
    const after = this.#after();
    const ending = union(terminations(this.#facts).flatMap((one) => overlap(one, after) ?? []));
    const within = times.filter((us) => ending.some(({ fromUs, toUs }) => us >= fromUs && us <= toUs)).length;
    const length = ending.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
    return atLeast(within, times.length, Math.min(1, length / (after.toUs - after.fromUs)));
  }
}

/** How likely `most` or more of `number` are, each with this chance. As the lower tail of the others: a difference to 1 would lose its digits. */
function atLeast(most: number, number: number, chance: number): number {
  return most === 0 ? 1 : binomial.cdf(number - most, number, 1 - chance);
}
