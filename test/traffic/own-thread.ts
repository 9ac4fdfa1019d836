import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import type { Event } from '../../record/event.ts';
import type { Lane } from '../../runner/traffic/lane.ts';
import { createCounts, readCounts } from '../../runner/traffic/tally.ts';
import type { LaneCounts } from '../../runner/traffic/traffic.ts';
import { TrafficThread } from '../../runner/traffic/traffic-thread.ts';
import { type Ran, rowsOf } from './run-lanes.ts';

export interface OwnThread {
  thread: TrafficThread;
  counts(): LaneCounts;
  /** The lane has had its number of requests. */
  done: Promise<void>;
}

/**
 * Runs a lane's traffic in this very thread until `act` has ended it: what else runs here holds it up, and a server
 * here has its turns in the same event loop, so that the order of things does not depend on how busy the machine is.
 */
export async function sendHere(lane: Lane, port: number, act: (own: OwnThread) => Promise<void>): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-own-thread-'));
  const file = join(folder, 'attempts.arrows');
  createAttemptsFile(file);
  const counts = createCounts(1, 1);
  const events: Event[] = [];
  const done = Promise.withResolvers<void>();
  const setup = {
    lanes: [lane],
    identity: {},
    routes: [
      {
        kind: 'address' as const,
        address: '127.0.0.1',
        port,
        family: 4 as const,
        pinned: null,
        tls: null,
        host: 'test',
      },
    ],
    routeOfLane: [0],
    seed: 1,
    thread: 0,
    threads: 1,
    runTag: 'own',
    sourceBlock: null,
    counts,
    beats: null,
  };
  const listener = { onEvent: (event: Event) => events.push(event), onLaneDone: () => done.resolve() };
  const thread = new TrafficThread(setup, new AttemptWriter(file), listener);
  const laneCounts = () => readCounts(counts, lane.name, 0, 1);
  try {
    await act({ thread, counts: laneCounts, done: done.promise });
    endAttemptsFile(file);
    return { rows: rowsOf(file), counts: [laneCounts()], events, errors: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
