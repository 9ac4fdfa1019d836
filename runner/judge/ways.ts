import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import type { LaneTrafficResult } from '../../record/result.ts';
import { BoundedMap } from './bounded-map.ts';
import { Durations, spread } from './durations.ts';

/** A name with more addresses than that is told of together, from there on. */
const mostAddresses = 99;

type Told = Pick<LaneTrafficResult, 'resolveMs' | 'tlsMs' | 'tlsResumed' | 'addresses'>;

/** How a lane's new connections came about: their names' lookups, their handshakes, where they led. */
export class Ways {
  readonly #addresses = new BoundedMap(mostAddresses, (address) => ({ address, connections: 0, failed: 0 }));
  readonly #resolve = new Durations();
  readonly #tls = new Durations();
  #resumed = 0;

  add(batch: AttemptBatch, row: number): void {
    const resolveUs = batch.resolveUs[row] as number;
    if (!Number.isNaN(resolveUs)) this.#resolve.add(resolveUs);
    const securedUs = batch.securedUs[row] as number;
    if (!Number.isNaN(securedUs)) this.#tls.add(securedUs - (batch.connectedUs[row] as number));
    if (batch.resumed[row] === 1) this.#resumed++;
    const isNew = batch.connectionUse[row] === 1;
    const failed = isFailed(batch.outcome.at(row) as Outcome);
    if (!isNew && !failed) return;
    const address = batch.address.at(row);
    if (address === null) return;
    const count = this.#addresses.get(address);
    if (isNew) count.connections++;
    if (failed) count.failed++;
  }

  result(): Told {
    const addresses = Object.values(this.#addresses.toObject((count) => count));
    return {
      ...(this.#resolve.count > 0 && { resolveMs: spread(this.#resolve) }),
      ...(this.#tls.count > 0 && { tlsMs: spread(this.#tls) }),
      ...(this.#resumed > 0 && { tlsResumed: this.#resumed }),
      ...(addresses.length > 1 && { addresses: addresses.sort((a, b) => b.connections - a.connections) }),
    };
  }
}
