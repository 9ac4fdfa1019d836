import type { Outcome, Phase } from '../../record/attempt.ts';
import type { AttemptBatch } from '../../record/fold.ts';

/** A request that was under way when its connection ended under it. */
export interface Cut {
  lane: string;
  outcome: Outcome;
  /** null where it is not known whom the connection led to. */
  pod: string | null;
  /** No answer told the pod: it is the one that ended just then. */
  byTime?: boolean;
  connection: number;
  connectionUse: number;
  sentUs: number;
  endUs: number;
}

const cutOff: readonly Outcome[] = ['reset', 'closed', 'truncated', 'stale-race'];
/** A connection that did not come about, or a lookup, is no request under way. */
const underWay: readonly (Phase | null)[] = ['write', 'headers', 'body'];

/** null where the row is anything else. */
export function cutOf(batch: AttemptBatch, row: number): Cut | null {
  const outcome = batch.outcome.at(row) as Outcome;
  if (!cutOff.includes(outcome) || !underWay.includes(batch.phase.at(row) as Phase | null)) return null;
  const sentUs = batch.sentUs[row] as number;
  if (Number.isNaN(sentUs)) return null;
  return {
    lane: batch.lane.at(row) as string,
    outcome,
    pod: batch.pod.at(row),
    connection: batch.connection[row] as number,
    connectionUse: batch.connectionUse[row] as number,
    sentUs,
    endUs: batch.endUs[row] as number,
  };
}

export function isKept({ connectionUse }: Pick<Cut, 'connectionUse'>): boolean {
  return connectionUse > 1;
}
