import type { Outcome } from '../../record/attempt.ts';

/** What a client could tell apart: which outcomes are of one kind is told in docs/checks/no-new-failures.md. */
export type Kind =
  | 'not accepted'
  | 'cut off'
  | 'timed out'
  | 'wrong answer'
  | 'unanswered'
  | `status ${1 | 2 | 3 | 4 | 5}xx`;

/** Of an attempt that failed or was left unanswered; null of any other. */
export function kindOf(outcome: Outcome, status: number): Kind | null {
  switch (outcome) {
    case 'refused':
    case 'unreachable':
      return 'not accepted';
    case 'reset':
    case 'closed':
    case 'truncated':
    case 'stale-race':
      return 'cut off';
    case 'timeout':
      return 'timed out';
    case 'status':
      return `status ${Math.floor(status / 100) as 1 | 2 | 3 | 4 | 5}xx`;
    case 'malformed':
    case 'surplus':
    case 'invalid':
      return 'wrong answer';
    case 'unanswered':
      return 'unanswered';
    default:
      return null;
  }
}

/** The resolver's own words for "there is no such name": all else that it says is that it could not tell. */
const noSuchName = ['ENOTFOUND', 'ENODATA'];

/**
 * The resolver of this machine gave no answer (it stalled, or said that it could not tell): nothing went out, and the
 * app was not asked. That there is no such name is an answer, and a deployment can be what took the name away.
 */
export function isUnresolved(phase: string | null, detail: string | null): boolean {
  return phase === 'resolve' && !noSuchName.includes(detail ?? '');
}
