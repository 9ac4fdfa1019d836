import { isFailed, type Outcome } from '../../../record/attempt.ts';
import type { AttemptBatch, Fold } from '../../../record/fold.ts';
import { LatencyCounts } from './latency-counts.ts';
import type { Subject } from './order.ts';
import type { Totals } from './totals.ts';

/** A stretch in which one target alone is sent to; microseconds. */
export interface Block {
  subject: Subject;
  fromUs: number;
  toUs: number;
}

/** Blocks of `blockUs` in this order, with a rest before each, from `fromUs` on. */
export function blocksOf(
  order: readonly Subject[],
  { fromUs, blockUs, restUs }: { fromUs: number; blockUs: number; restUs: number },
): Block[] {
  return order.map((subject, index) => {
    const startUs = fromUs + index * (blockUs + restUs) + restUs;
    return { subject, fromUs: startUs, toUs: startUs + blockUs };
  });
}

/** Of a block, without what the record does not hold. */
export type BlockTotals = Omit<Totals, 'cpuUs'>;

/**
 * What came of each block: of the attempts that were due in it, whenever they ended. In a closed loop (`connections`) its
 * length is how long its connections were in use, on average: from the first request of each to the end of its last, which
 * may lie behind the block. One request that hangs so costs one connection's time, as it does. In an open loop (null) it
 * is the block's own.
 */
export function blockTotals(blocks: readonly Block[], connections: number | null): Fold<BlockTotals[]> {
  return new BlocksFold(blocks, connections);
}

interface InUse {
  fromUs: number;
  toUs: number;
}

class BlocksFold implements Fold<BlockTotals[]> {
  readonly #blocks: readonly Block[];
  readonly #connections: number | null;
  readonly #totals: BlockTotals[];
  readonly #inUse: Map<number, InUse>[];

  constructor(blocks: readonly Block[], connections: number | null) {
    this.#blocks = blocks;
    this.#connections = connections;
    this.#totals = blocks.map(() => ({ sent: 0, ok: 0, failed: 0, seconds: 0, latencies: new LatencyCounts() }));
    this.#inUse = blocks.map(() => new Map());
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const intendedUs = batch.intendedUs[row] as number;
      const at = this.#blockAt(intendedUs);
      const totals = this.#totals[at];
      const outcome = batch.outcome.at(row) as Outcome;
      if (totals === undefined || outcome === 'unsent' || batch.lane.at(row) !== this.#blocks[at]?.subject) continue;
      const endUs = batch.endUs[row] as number;
      totals.sent++;
      if (outcome === 'ok') {
        totals.ok++;
        totals.latencies.add(endUs - intendedUs);
      } else if (isFailed(outcome) || outcome === 'unanswered') totals.failed++;
      if (this.#connections !== null) this.#use(at, batch.connection[row] as number, intendedUs, endUs);
    }
  }

  done(): { result: BlockTotals[] } {
    this.#totals.forEach((totals, at) => {
      const { fromUs, toUs } = this.#blocks[at] as Block;
      const usedUs = [...(this.#inUse[at] as Map<number, InUse>).values()].reduce(
        (sum, use) => sum + use.toUs - use.fromUs,
        0,
      );
      totals.seconds = (this.#connections === null ? toUs - fromUs : usedUs / this.#connections) / 1e6;
    });
    return { result: this.#totals };
  }

  #use(at: number, connection: number, fromUs: number, toUs: number): void {
    const inUse = this.#inUse[at] as Map<number, InUse>;
    const known = inUse.get(connection);
    if (known === undefined) inUse.set(connection, { fromUs, toUs });
    else {
      known.fromUs = Math.min(known.fromUs, fromUs);
      known.toUs = Math.max(known.toUs, toUs);
    }
  }

  /** The last block that had begun by then; -1 before the first. What is behind its end was not due in it. */
  #blockAt(us: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle] as Block).fromUs <= us) low = middle + 1;
      else high = middle;
    }
    const at = low - 1;
    return at >= 0 && us < (this.#blocks[at] as Block).toUs ? at : -1;
  }
}
