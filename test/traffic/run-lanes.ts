import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../../record/attempt.ts';
import { readAttempts } from '../../record/attempts-reader.ts';
import type { Event } from '../../record/event.ts';
import type { Identity } from '../../record/facts.ts';
import type { Lane } from '../../runner/traffic/lane.ts';
import { prepareTraffic } from '../../runner/traffic/threads.ts';
import type { LaneCounts, Traffic } from '../../runner/traffic/traffic.ts';
import type { Route } from '../../targets/target.ts';

/** A lane with defaults; times as the engine takes them, in microseconds. */
export function laneOf(differences: Partial<Lane> = {}): Lane {
  return {
    name: 'lane',
    engine: 'builtin',
    connection: 'fresh',
    rate: 500,
    arrivals: 'constant',
    ramps: [],
    requests: null,
    connections: 10,
    overflow: 1_000,
    life: { requests: null, ageUs: null },
    service: null,
    control: null,
    session: null,
    request: { method: 'GET', path: '/', headers: {}, body: null },
    expect: { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: null },
    limits: { connectUs: 30e6, tlsUs: 30e6, headersUs: 30e6, bodyUs: 30e6 },
    resolutionUs: 60e6,
    spin: false,
    ...differences,
  };
}

export function addressOf(port: number): Route {
  return { kind: 'address', url: `http://127.0.0.1:${port}` };
}

export interface Ran {
  rows: Attempt[];
  counts: LaneCounts[];
  events: Event[];
  errors: Error[];
}

interface Options {
  lanes: Lane[];
  route: Route;
  services?: ReadonlyMap<string, Route>;
  identity?: Identity;
  seed?: number;
  threads?: number;
  /** Ends the traffic; by default it stops when every lane with a number of requests is done. */
  until?: (traffic: Traffic) => Promise<void>;
}

/** Runs lanes to their end; gives back the record as it was read from the disk. */
export async function runLanes(options: Options): Promise<Ran> {
  const { lanes, route, services, identity = {}, seed = 1, threads } = options;
  const until =
    options.until ??
    (async (traffic: Traffic) => {
      await traffic.finished;
      await traffic.stop();
    });
  const folder = mkdtempSync(join(tmpdir(), 'hitless-traffic-'));
  const attemptsFile = join(folder, 'attempts.arrows');
  const events: Event[] = [];
  const errors: Error[] = [];
  try {
    const traffic = await prepareTraffic(
      {
        lanes,
        identity,
        route,
        ...(services && { services }),
        seed,
        attemptsFile,
        onEvent: (event) => events.push(event),
        onError: (error) => errors.push(error),
      },
      threads,
    );
    traffic.start();
    await until(traffic);
    return { rows: rowsOf(attemptsFile), counts: traffic.counts(), events, errors };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every row of a record. */
export function rowsOf(attemptsFile: string): Attempt[] {
  const rows: Attempt[] = [];
  for (const batch of readAttempts(attemptsFile))
    for (let row = 0; row < batch.length; row++) rows.push(batch.attempt(row));
  return rows;
}
