import { nowUs } from '../../record/clock.ts';
import type { Event, EventKind } from '../../record/event.ts';
import type { Draw } from './draw.ts';
import type { ReplicaRunner } from './replica-runner.ts';
import type { Timers } from './timers.ts';

/** What all parts of a run share. */
export interface Platform {
  readonly runner: ReplicaRunner;
  readonly timers: Timers;
  readonly draw: Draw;
  /** Records that something happened: now, unless the times say otherwise. */
  emit(kind: EventKind, event: Omit<Event, 'kind' | 'earliestUs' | 'latestUs'> & Partial<Event>): void;
  /** Something changed: the controllers look again, soon and together. */
  changed(): void;
}

/** `emit` of a platform, over a receiver of whole events. */
export function emitTo(receive: (event: Event) => void): Platform['emit'] {
  return (kind, event) => {
    const us = nowUs();
    receive({ earliestUs: us, latestUs: us, ...event, kind });
  };
}
