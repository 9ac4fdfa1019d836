import { unsentBound } from './unsent.ts';

/** Of requests on a reused connection; above it, races of an idle connection are a server's fault (design, Attempts). */
const staleBound = 1 / 1000;

/** What is allowed of a lane is allowed by its own number of requests: a busy lane must not excuse another. */
export class LossTally {
  planned = 0;
  unsent = 0;
  /** Nothing went out, as the resolver of this machine gave no answer. */
  unresolved = 0;
  /** Ran out of time while this machine was starved. */
  starved = 0;
  reused = 0;
  staleInTermination = 0;
  /** While the platform was not watched: it may have been in a termination that nobody saw. */
  staleUnseen = 0;
  staleElsewhere = 0;

  get staleAboveBound(): number {
    return this.staleElsewhere > this.reused * staleBound ? this.staleElsewhere : 0;
  }

  get isUnsentAboveBound(): boolean {
    return this.unsent > this.planned * unsentBound;
  }

  get isUnresolvedAboveBound(): boolean {
    return this.unresolved > this.planned * unsentBound;
  }
}
