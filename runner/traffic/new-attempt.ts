import type { Attempt } from '../../record/attempt.ts';

/** An attempt that has not been sent yet. Until its outcome is known it says `unanswered`. */
export function newAttempt(
  known: Pick<Attempt, 'id' | 'lane' | 'session' | 'method' | 'path' | 'intendedUs' | 'readyUs'>,
): Attempt {
  return {
    id: known.id,
    lane: known.lane,
    session: known.session,
    connection: null,
    connectionUse: 1,
    overflow: false,
    method: known.method,
    path: known.path,
    intendedUs: known.intendedUs,
    readyUs: known.readyUs,
    sentUs: null,
    connectedUs: null,
    securedUs: null,
    firstByteUs: null,
    endUs: known.readyUs,
    status: null,
    outcome: 'unanswered',
    phase: null,
    detail: null,
    replica: null,
    replicaSource: null,
    pod: null,
    version: null,
    counter: null,
    bytes: 0,
    handled: 'no',
    idleUs: null,
    address: null,
    resolveUs: null,
    resumed: null,
  };
}
