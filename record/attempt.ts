/** How an attempt can fail. See docs/attempts.md for what each means. */
export const failureClasses = [
  'refused',
  'unreachable',
  'timeout',
  'reset',
  'closed',
  'truncated',
  'surplus',
  'malformed',
  'status',
  'invalid',
  'stale-race',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** `unanswered`: the run was cut short, or the engine cannot tell. `unsent`: our own machine refused, nothing went out. */
export const outcomes = ['ok', ...failureClasses, 'unanswered', 'unsent'] as const;
export type Outcome = (typeof outcomes)[number];

/** What the attempt was doing when it ended badly. */
export const phases = ['resolve', 'connect', 'tls', 'write', 'headers', 'body', 'validate'] as const;
export type Phase = (typeof phases)[number];

/** How the replica is known: its answer said so, its connection led there, a balancer said so, or it was inferred. */
export type ReplicaSource = 'answer' | 'connection' | 'balancer' | 'inferred';

export type Handled = 'yes' | 'no' | 'unknown';

/**
 * One planned request, in the record as one row. planned = rows; sent = rows that are not `unsent`;
 * sent = ok + failed + unanswered. Times are microseconds of the run's clock (record/clock.ts); `null` means that it
 * never came so far.
 */
export interface Attempt {
  /** Unique in the run; goes out as `x-request-id` and `x-hitless-id`. */
  id: string;
  lane: string;
  /** A visitor of a `session` lane, unique in the run. */
  session: string | null;
  /** Number of the connection, unique in the run; null where none was opened (`unsent`). */
  connection: number | null;
  /** 1 for the first request on its connection, 2 for the next, ... */
  connectionUse: number;
  /** The connection was opened because every kept one was busy. */
  overflow: boolean;
  method: string;
  path: string;
  /** When the plan wanted it. */
  intendedUs: number;
  /** When the generator got to it. ready - intended is the generator's own lateness. */
  readyUs: number;
  /** Its first act on the wire: connect() where a connection was opened for it, else the write. sent - ready is waiting. */
  sentUs: number | null;
  /** When its new connection was established; null on a reused one. */
  connectedUs: number | null;
  /** When the TLS handshake on its new connection was done; null on a reused one, and without TLS. */
  securedUs: number | null;
  firstByteUs: number | null;
  /** When its outcome was known. Latency is end - ready. */
  endUs: number;
  /** HTTP status, where a final answer's head came. */
  status: number | null;
  outcome: Outcome;
  /** null for `ok` and `unsent`. */
  phase: Phase | null;
  /** The error code, or what the validation missed; one short line. */
  detail: string | null;
  /** The replica as the app names itself, or as the platform does where no answer named it (see `replicaSource`). */
  replica: string | null;
  replicaSource: ReplicaSource | null;
  /** The platform's name of the replica that the connection led to, where that is known. */
  pod: string | null;
  /** The version as the answer says. */
  version: string | null;
  counter: number | null;
  /** Bytes of the answer as they came over the wire, head and body. */
  bytes: number;
  handled: Handled;
  /** How long the connection had been idle when it was used again; null for a first use. */
  idleUs: number | null;
  /** Where its connection led, as `10.0.0.1:443`; null where none was begun. */
  address: string | null;
  /** How long its new connection waited for the name to be looked up; null where nothing had to be. */
  resolveUs: number | null;
  /** Whether the TLS handshake on its new connection went on with an earlier session; null as `securedUs` is. */
  resumed: boolean | null;
}

/** An attempt that was sent and did not end well; `unanswered` is counted apart. */
export function isFailed(outcome: Outcome): outcome is FailureClass {
  return outcome !== 'ok' && outcome !== 'unanswered' && outcome !== 'unsent';
}
