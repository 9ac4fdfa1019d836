import { HitlessError } from '../../../record/error.ts';
import type { Lane } from '../lane.ts';
import { type Beat, readBeat } from './heartbeat.ts';

/** A thread looks up every 10 ms; on the busiest machine it does so within this. */
const patience = { ticks: 10, tickMs: 1_000 };
/** After Ctrl-C. */
const patienceAtEndMs = 3_000;

interface Watched {
  readonly hasEnded: boolean;
  kill(): void;
}

/**
 * Watches threads that run flows from outside: one whose flow never lets go does nothing that it is told, and is ended.
 * Counts its own ticks, so that a machine that stood still is no reason.
 */
export class FlowWatch {
  readonly #beats: SharedArrayBuffer;
  readonly #lanes: readonly Lane[];
  readonly #threads: readonly Watched[];
  readonly #onStuck: (error: HitlessError) => void;
  readonly #last: { count: number; ticks: number }[];
  #timer: NodeJS.Timeout | null = null;

  constructor(
    beats: SharedArrayBuffer,
    lanes: readonly Lane[],
    threads: readonly Watched[],
    onStuck: (error: HitlessError) => void,
  ) {
    this.#beats = beats;
    this.#lanes = lanes;
    this.#threads = threads;
    this.#onStuck = onStuck;
    this.#last = threads.map(() => ({ count: -1, ticks: 0 }));
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), patience.tickMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Traffic is to end at once: a thread that does not within three seconds has not heard it. Resolves with `closed`. */
  async endSoon(closed: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => {
      for (const [thread, { hasEnded }] of this.#threads.entries()) if (!hasEnded) this.#end(thread);
    }, patienceAtEndMs);
    await closed;
    clearTimeout(timer);
  }

  #look(): void {
    for (const [thread, last] of this.#last.entries()) {
      if (this.#threads[thread]?.hasEnded !== false) continue;
      const { count } = readBeat(this.#beats, thread);
      last.ticks = count === last.count ? last.ticks + 1 : 0;
      last.count = count;
      if (last.ticks === patience.ticks) this.#end(thread);
    }
  }

  #end(thread: number): void {
    this.#onStuck(stuck(readBeat(this.#beats, thread), this.#lanes));
    this.#threads[thread]?.kill();
  }
}

function stuck({ laneIndex }: Beat, lanes: readonly Lane[]): HitlessError {
  const lane = laneIndex === null ? undefined : lanes[laneIndex];
  const whose = lane === undefined ? 'a flow' : `the flow of lane ${lane.name}`;
  const file = lane?.flow?.file;
  return new HitlessError(
    'HITLESS_FLOW_STUCK',
    `${whose}: it never let go of its thread, so nothing could be sent nor ended any more; a loop needs an await of an answer or of visit.think in it`,
    { blame: 'usage', ...(file !== undefined && { location: { file } }) },
  );
}
