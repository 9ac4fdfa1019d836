import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../record/event.ts';
import type { Identity } from '../../record/facts.ts';
import { prepareEngines } from '../../runner/engines/mix.ts';
import type { Lane } from '../../runner/traffic/lane.ts';
import type { Traffic } from '../../runner/traffic/traffic.ts';
import type { Route } from '../../targets/target.ts';
import { laneOf, type Ran, rowsOf } from '../traffic/run-lanes.ts';

/** A lane of autocannon's, with defaults. */
export function autocannonLane(differences: Partial<Lane> = {}): Lane {
  return laneOf({ engine: 'autocannon', connection: 'kept', rate: 'unpaced', ...differences });
}

interface Options {
  lanes: Lane[];
  route: Route;
  identity?: Identity;
  /** Ends the traffic; by default it stops when every lane with a number of requests is done. */
  until?: (traffic: Traffic) => Promise<void>;
}

/** Runs lanes, each by its engine, to their end; gives back the record as it was read from the disk. */
export async function runEngines({ lanes, route, identity = {}, until }: Options): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-engines-'));
  const attemptsFile = join(folder, 'attempts.arrows');
  const events: Event[] = [];
  const errors: Error[] = [];
  try {
    const onEvent = (event: Event) => events.push(event);
    const onError = (error: Error) => errors.push(error);
    const traffic = await prepareEngines({ lanes, identity, route, seed: 1, attemptsFile, onEvent, onError });
    traffic.start();
    if (until === undefined) {
      await traffic.finished;
      await traffic.stop();
    } else await until(traffic);
    return { rows: rowsOf(attemptsFile), counts: traffic.counts(), events, errors };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
