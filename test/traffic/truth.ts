import type { Attempt, Outcome } from '../../record/attempt.ts';
import type { Behaviour } from './misbehaving-server.ts';

/** What each thing that the server does is to the client. */
const truth: Record<Behaviour, Outcome> = {
  good: 'ok',
  fin: 'closed',
  rst: 'reset',
  'mid-headers': 'closed',
  'mid-body': 'truncated',
  'mid-chunk': 'truncated',
  never: 'timeout',
  'status-500': 'status',
  'wrong-json': 'invalid',
  'other-json': 'invalid',
  'too-long': 'surplus',
  'too-short': 'truncated',
  continue: 'ok',
  'two-answers': 'surplus',
  gzip: 'ok',
  garbage: 'surplus',
  'not-http': 'malformed',
  'bad-chunk': 'malformed',
  chunked: 'ok',
  'until-close': 'ok',
  'last-of-connection': 'ok',
  'good-then-fin': 'ok',
  'too-late': 'closed',
  'idle-fin': 'stale-race',
  'idle-rst': 'stale-race',
};

/** Where the machine stalled for a second a lost connection can be a stale race, or a stale race too late to be one. */
export function outcomeOf(attempt: Attempt, what: Behaviour): Outcome {
  const due = truth[what];
  if (!['fin', 'rst', 'idle-fin', 'idle-rst'].includes(what)) return due;
  const isRace = (attempt.idleUs ?? 0) >= 1_000_000 && attempt.endUs - (attempt.sentUs as number) <= 2_000;
  return isRace ? 'stale-race' : what.endsWith('fin') ? 'closed' : 'reset';
}
