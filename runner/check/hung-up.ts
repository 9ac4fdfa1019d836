import type { AttemptBatch } from '../../record/fold.ts';
import { isTooOften, withinUs } from './witness.ts';

/** One connection that ended may have been its server's. */
const least = 2;
const leastShare = 0.5;

interface Use {
  sentUs: number;
  connection: number;
  /** It opened the connection: the one whose turn it was had been ended by the other side. */
  isFirst: boolean;
}

/**
 * When the way there hung up on a control lane with kept connections. They are used in turn, so what ends them all, as a proxy that
 * dies does, shows in the next requests, each of which opens one anew; none of them needs to fail. Memory grows with the length of the run.
 */
export class HungUp {
  #uses: Use[] = [];
  #isSorted = true;

  /** A request of the control lane that was sent. */
  see(batch: AttemptBatch, row: number): void {
    if (batch.overflow[row] === 1) return;
    const isFirst = batch.connectionUse[row] === 1;
    this.#uses.push({ sentUs: batch.sentUs[row] as number, connection: batch.connection[row] as number, isFirst });
    this.#isSorted = false;
  }

  /** Most of the connections that were in use until then had ended when it was their turn within the next second. */
  isAt(us: number): boolean {
    const uses = this.#sorted();
    const from = firstAfter(uses, us - withinUs);
    const at = firstAfter(uses, us);
    const inUse = new Set(uses.slice(from, at).map(({ connection }) => connection)).size;
    const next = uses.slice(at, at + inUse).filter(({ sentUs }) => sentUs <= us + withinUs);
    const opened = next.filter(({ isFirst }) => isFirst).length;
    return opened >= least && opened >= leastShare * inUse;
  }

  /** Whether they end when the app lost nothing too, and so tell nothing. `shaken`: seconds in which it may have. */
  endsByItself(shaken: ReadonlySet<number>): boolean {
    const uses = this.#sorted();
    const begun = uses.findIndex(({ isFirst }) => !isFirst);
    if (begun === -1) return true;
    const calm = new Map<number, boolean>();
    for (const { sentUs, isFirst } of uses.slice(begun)) {
      const second = Math.floor(sentUs / withinUs);
      if (!shaken.has(second)) calm.set(second, isFirst || (calm.get(second) ?? false));
    }
    const alone = [...calm.values()].filter(Boolean).length;
    return isTooOften(alone, calm.size);
  }

  #sorted(): readonly Use[] {
    if (!this.#isSorted) this.#uses = this.#uses.toSorted((a, b) => a.sentUs - b.sentUs);
    this.#isSorted = true;
    return this.#uses;
  }
}

/** The index of the first that was sent after it. */
function firstAfter(uses: readonly Use[], us: number): number {
  let [low, high] = [0, uses.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uses[middle] as Use).sentUs > us) high = middle;
    else low = middle + 1;
  }
  return low;
}
