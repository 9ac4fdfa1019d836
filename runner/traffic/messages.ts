import { type Blame, type FileLocation, HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import type { Endpoint } from '../../targets/target.ts';
import type { Scheduling } from './priority.ts';
import type { ThreadSetup } from './traffic-thread.ts';

/** What a thread is given when it begins. */
export interface WorkerData {
  setup: ThreadSetup;
  attemptsFile: string;
}

export type ToThread =
  | { kind: 'endpoints'; route: number; endpoints: readonly Endpoint[] }
  | { kind: 'start'; fromUs: number }
  | { kind: 'stop'; stopUs: number }
  | { kind: 'abort' };

export type FromThread =
  | { kind: 'ready'; scheduling: Scheduling }
  | { kind: 'event'; event: Event }
  | { kind: 'lane-done'; laneIndex: number }
  | { kind: 'closed' }
  /** A flow is wrong; the thread goes on. */
  | ({ kind: 'fault' } & ToldError)
  | ({ kind: 'failed' } & ToldError);

/** An error on its way to another thread. */
export interface ToldError {
  /** null: it is none of ours. */
  code: string | null;
  message: string;
  hint: string | null;
  /** By default the environment. */
  blame?: Blame;
  location?: FileLocation;
}

export function told(error: Error): ToldError {
  const { message } = error;
  if (!(error instanceof HitlessError)) return { code: null, message, hint: null };
  const { code, blame, hint = null, location } = error;
  return { code, message, hint, blame, ...(location && { location }) };
}
