import type { Lane } from '../traffic/lane.ts';
import { leastOf } from '../traffic/priority.ts';
import { recorded } from '../traffic/recorded.ts';
import type { LaneCounts, Traffic, TrafficOptions } from '../traffic/traffic.ts';
import { engineNamed } from './engines.ts';

/**
 * The lanes of a run, each by the engine that it asks for, as one: they start and end together, and write one record.
 * Rejects as the engines do, and HITLESS_RECORD_WRITE where the record cannot be made.
 */
export function prepareEngines(options: TrafficOptions): Promise<Traffic> {
  return recorded(options, prepareParts);
}

async function prepareParts(options: TrafficOptions): Promise<Traffic> {
  const parts = Map.groupBy(options.lanes, ({ engine }) => engine);
  const prepared = await Promise.allSettled(
    [...parts].map(async ([name, lanes]) => new Part(lanes, await engineNamed(name).prepare({ ...options, lanes }))),
  );
  const ready = prepared.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
  const failed = prepared.find((part) => part.status === 'rejected');
  const [first, ...others] = ready;
  if (failed === undefined) return first && others.length === 0 ? first.traffic : new Mix(options.lanes, ready);
  await Promise.all(ready.map(({ traffic }) => traffic.abort()));
  throw failed.reason;
}

/** What one engine does. */
class Part {
  readonly traffic: Traffic;
  /** It has lanes that end by themselves. */
  readonly finishes: boolean;

  constructor(lanes: readonly Lane[], traffic: Traffic) {
    this.traffic = traffic;
    this.finishes = lanes.some(({ requests }) => requests !== null);
  }
}

class Mix implements Traffic {
  readonly scheduling: Traffic['scheduling'];
  readonly finished: Promise<void>;
  readonly #lanes: readonly Lane[];
  readonly #parts: readonly Traffic[];

  constructor(lanes: readonly Lane[], parts: readonly Part[]) {
    this.#lanes = lanes;
    this.#parts = parts.map(({ traffic }) => traffic);
    this.scheduling = leastOf(this.#parts.map(({ scheduling }) => scheduling));
    const finishing = parts.filter(({ finishes }) => finishes);
    this.finished = all((finishing.length > 0 ? finishing : parts).map(({ traffic }) => traffic.finished));
  }

  start(): number {
    return Math.min(...this.#parts.map((part) => part.start()));
  }

  counts(): LaneCounts[] {
    const byLane = new Map(this.#parts.flatMap((part) => part.counts()).map((counts) => [counts.lane, counts]));
    return this.#lanes.flatMap(({ name }) => byLane.get(name) ?? []);
  }

  stop(): Promise<void> {
    return all(this.#parts.map((part) => part.stop()));
  }

  abort(): Promise<void> {
    return all(this.#parts.map((part) => part.abort()));
  }
}

async function all(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}
