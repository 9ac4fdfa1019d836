import type { AttemptBatch } from '../../record/fold.ts';
import { count, duration, list } from './phrases.ts';

/** How often the connections of a lane are counted. */
const everyUs = 100_000;

/** What the connections of a lane did at a moment. */
interface InUse {
  number: number;
  /** Of them: not accepted yet. */
  opening: number;
  /** Of them: what they waited for never came, or was no good answer. */
  lost: number;
  oldestUs: number;
}

/** It was given up before it was sent, for want of a connection. */
export function foundNoConnection(batch: AttemptBatch, row: number): boolean {
  return (
    Number.isNaN(batch.sentUs[row]) &&
    batch.outcome.at(row) === 'timeout' &&
    (batch.detail.at(row)?.startsWith('no free connection') ?? false)
  );
}

class LaneConnections {
  readonly inUse = new Map<number, InUse>();
  /** When each request was given up. */
  readonly givenUpUs: number[] = [];
}

/**
 * What the connections of a lane waited for when requests were given up that found none free: each of them had a request
 * under way, and its row says since when, whether it had been accepted by then, and how it ended. Rows may come in any
 * order; memory grows with what was given up and with the length of the run.
 */
export class NoFreeConnection {
  readonly #lanes = new Map<string, LaneConnections>();

  see(batch: AttemptBatch, row: number): void {
    const lane = this.#laneOf(batch.lane.at(row) as string);
    const sentUs = batch.sentUs[row] as number;
    const endUs = batch.endUs[row] as number;
    if (Number.isNaN(sentUs)) {
      if (foundNoConnection(batch, row)) lane.givenUpUs.push(endUs);
      return;
    }
    const connectedUs = batch.connectedUs[row] as number;
    const isFirst = (batch.connectionUse[row] as number) === 1;
    for (let us = Math.ceil(sentUs / everyUs) * everyUs; us < endUs; us += everyUs) {
      const inUse = lane.inUse.get(us) ?? { number: 0, opening: 0, lost: 0, oldestUs: us };
      lane.inUse.set(us, inUse);
      inUse.number++;
      if (isFirst && !(connectedUs <= us)) inUse.opening++;
      if (batch.outcome.at(row) !== 'ok') inUse.lost++;
      inUse.oldestUs = Math.min(inUse.oldestUs, sentUs);
    }
  }

  #laneOf(name: string): LaneConnections {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = new LaneConnections();
    this.#lanes.set(name, lane);
    return lane;
  }

  /** A sentence for each lane that gave requests up, once all rows were seen. */
  told(): string[] {
    return [...this.#lanes].filter(([, { givenUpUs }]) => givenUpUs.length > 0).map(([name, lane]) => tell(name, lane));
  }
}

function tell(name: string, { givenUpUs, inUse }: LaneConnections): string {
  const moments = givenUpUs.flatMap((us) => {
    const atUs = Math.floor(us / everyUs) * everyUs;
    const then = inUse.get(atUs);
    return then === undefined ? [] : [{ ...then, agoUs: atUs - then.oldestUs }];
  });
  const found = `${count(givenUpUs.length, 'request')} of lane ${name} found no free connection`;
  const longest = moments.toSorted((a, b) => b.agoUs - a.agoUs)[0];
  if (longest === undefined) return `${found}.`;
  const { number, opening, lost, agoUs } = longest;
  const waited = [
    ...(opening > 0 ? [`${opening} to be accepted`] : []),
    ...(number > opening ? [`${number - opening} for answers`] : []),
  ];
  const ended = lost === 0 ? 'all of which got a good one' : `${lost} of which got no good one`;
  return `${found}: all ${number} in use waited, ${list(waited)}, the oldest since ${duration(agoUs / 1000)}, ${ended} in the end.`;
}
