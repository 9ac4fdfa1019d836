import type { Outcome } from '../../record/attempt.ts';
import type { Event } from '../../record/event.ts';
import type { BlindSpot, EngineFinding, Identity, LaneCount } from '../../record/facts.ts';
import type { Route } from '../../targets/target.ts';
import type { Lane } from './lane.ts';
import type { Scheduling } from './priority.ts';

export interface TrafficOptions {
  lanes: readonly Lane[];
  identity: Identity;
  /** To the app's main Service. */
  route: Route;
  /** To those that lanes name, by name; of a control lane, by its URL. */
  services?: ReadonlyMap<string, Route>;
  seed: number;
  /** The attempts' file. */
  attemptsFile: string;
  /** blind stretches of a lane */
  onEvent(event: Event): void;
  /** The attempts can no longer be recorded (disk full, a thread died): the run is an error. */
  onError(error: Error): void;
}

/** What has come of a lane so far; cheap to read at any time. */
export interface LaneCounts extends LaneCount {
  lane: string;
  inFlight: number;
  /** How the last one that failed did, and how long ago; absent while none has. */
  lastFailure?: { outcome: Outcome; agoMs: number };
  /** Ids of requests that the engine began after the end, and that are no part of the record. */
  beyondEnd?: readonly string[];
  /** When it has ended, where the engine knows more then: what it did not see of this lane after all, and what it found. */
  atEnd?: { blindTo: BlindSpot[]; findings: EngineFinding[] };
}

export interface Traffic {
  /** How the system lets its threads go before others. */
  readonly scheduling: Scheduling;
  /** Starts the plan of every lane; returns the moment, in us, that the plan counts from. */
  start(): number;
  counts(): LaneCounts[];
  /** Resolves when every lane that has a number of requests has sent them all and each has ended. */
  readonly finished: Promise<void>;
  /** Plans no more, waits until nothing is in flight (at the latest each one's last limit), has written all of it. */
  stop(): Promise<void>;
  /** Plans no more, writes what is in flight as unanswered, all within 200 ms. */
  abort(): Promise<void>;
}

export { prepareTraffic } from './threads.ts';
