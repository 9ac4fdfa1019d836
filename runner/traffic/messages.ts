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
  | { kind: 'failed'; code: string | null; message: string; hint: string | null };
