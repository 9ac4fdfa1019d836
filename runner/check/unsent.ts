import type { LaneFacts } from '../../record/facts.ts';
import { count } from './phrases.ts';

/** Of planned requests; above it, what was not sent could hide what would have failed. */
export const unsentBound = 1 / 1000;

/** What kept so many of a lane's requests from being sent, in words, and what helps. */
export function unsentDoubt(
  lane: Pick<LaneFacts, 'name' | 'engine' | 'flow'>,
  { planned, unsent }: { planned: number; unsent: number },
): { message: string; hint: string } {
  const { who, hint } = cause(lane);
  return {
    message: `${who} could not send ${unsent} of ${count(planned, 'planned request')} on lane ${lane.name}; all that were sent got a good answer.`,
    hint,
  };
}

function cause({ name, engine, flow }: Pick<LaneFacts, 'name' | 'engine' | 'flow'>): { who: string; hint: string } {
  const limits = 'raise the limits of this machine (ulimit -n, local ports)';
  if (flow === true)
    return {
      who: 'This machine, or how many visitors may be there at once,',
      hint: `let more visitors of lane ${name} be there at once (overflow), ${limits}, or lower the rate`,
    };
  if (engine === 'k6')
    return { who: 'k6', hint: `give lane ${name} more connections, or its script more VUs, or lower the rate` };
  return { who: 'This machine', hint: `${limits} or lower the rate` };
}
