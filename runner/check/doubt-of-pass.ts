import type { RunFacts } from '../../record/facts.ts';
import type { LossTally } from './loss-tally.ts';
import { count, list, onLane } from './phrases.ts';
import { blindDoubt } from './stretch.ts';
import { unsentDoubt } from './unsent.ts';

export interface Seen {
  facts: RunFacts;
  /** Of this one alone; null: of all. */
  lane: string | null;
  lanes: ReadonlyMap<string, LossTally>;
  sent: number;
  unsent: number;
  unanswered: number;
  /** A stale race is no failure, whenever it came. */
  warnsOfStale: boolean;
}

/** Why a run without a failure is no proof that nothing was lost; null where it is. */
export function doubtOfPass({
  facts,
  lane,
  lanes,
  sent,
  unsent,
  unanswered,
  warnsOfStale,
}: Seen): { message: string; hint: string } | null {
  const silent = [...lanes].filter(([, tally]) => tally.planned === tally.unsent).map(([name]) => name);
  if (sent === 0)
    return {
      message: `No request was sent${onLane(lane)}, so nothing is known about failures.`,
      hint:
        unsent > 0
          ? 'this machine refused to open connections: raise its limits (ulimit -n, local ports) or lower the rate'
          : 'give the steps more time (hold) or the lane a higher rate',
    };
  if (silent.length > 0)
    return {
      message: `Lane ${list(silent)} sent no request, so nothing is known about it.`,
      hint: 'give the steps more time (hold) or the lane a higher rate',
    };
  if (unanswered > 0 && !facts.complete)
    return {
      message: `The run was interrupted while ${count(unanswered, 'request')} of ${sent} had no answer yet.`,
      hint: 'let the run come to its end',
    };
  const refused = [...lanes].find(([, tally]) => tally.isUnsentAboveBound);
  if (refused !== undefined) {
    const [name, tally] = refused;
    return unsentDoubt(facts.lanes.find((lane) => lane.name === name) ?? { name, engine: 'builtin' }, tally);
  }
  const unresolved = [...lanes].find(([, tally]) => tally.isUnresolvedAboveBound);
  if (unresolved !== undefined)
    return {
      message: `The resolver of this machine gave no answer to ${unresolved[1].unresolved} of ${count(unresolved[1].planned, 'planned request')} on lane ${unresolved[0]}, so they never went out; all others got a good answer.`,
      hint: 'mend the resolver, or give the address in place of the name',
    };
  const staleUnseen = [...lanes.values()].reduce((sum, tally) => sum + tally.staleUnseen, 0);
  if (staleUnseen > 0 && !warnsOfStale)
    return {
      message: `${count(staleUnseen, 'request')} met a server closing its idle connection while the platform could not be watched, so its replica may have been told to go just then.`,
      hint: 'see that the connection to the platform lasts for the whole run',
    };
  return blindDoubt(facts, lane, 'a failure');
}
