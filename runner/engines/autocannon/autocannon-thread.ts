import type { AttemptWriter } from '../../../record/attempts-writer.ts';
import { nowUs } from '../../../record/clock.ts';
import type { Event } from '../../../record/event.ts';
import type { Identity } from '../../../record/facts.ts';
import { BlindWatch } from '../../traffic/blind.ts';
import { Judge } from '../../traffic/judge.ts';
import type { Lane } from '../../traffic/lane.ts';
import { Recorder } from '../../traffic/recorder.ts';
import { secretsOf } from '../../traffic/secrets.ts';
import { Tally } from '../../traffic/tally.ts';
import { LaneRun, type Way } from './lane-run.ts';
import { Stalls } from './stalls.ts';
import type { Tap } from './tapped-client.ts';

/** All that the thread has to know; goes to it as a message. */
export interface ThreadData {
  lanes: readonly Lane[];
  /** Of each lane. */
  ways: readonly Way[];
  identity: Identity;
  runTag: string;
  firstConnection: number;
  counts: SharedArrayBuffer;
  attemptsFile: string;
}

export interface ThreadListener {
  onEvent(event: Event): void;
  onLaneDone(laneIndex: number): void;
}

const flushEveryMs = 50;
const releaseEveryMs = 10;

/** All lanes of a run that autocannon sends, from its clients to the record. */
export class AutocannonThread {
  readonly #recorder: Recorder;
  readonly #stalls: Stalls;
  readonly #blind: readonly BlindWatch[];
  readonly #runs: readonly LaneRun[];
  readonly #listener: ThreadListener;
  readonly #timers: NodeJS.Timeout[] = [];
  /** Lanes of which a client may still write. */
  readonly #open = new Set<number>();
  #emptied: (() => void) | null = null;

  constructor(data: ThreadData, writer: AttemptWriter, listener: ThreadListener) {
    const { lanes, ways, runTag } = data;
    this.#listener = listener;
    this.#recorder = new Recorder(writer);
    this.#blind = lanes.map(({ name, resolutionUs }) => new BlindWatch(name, resolutionUs, listener.onEvent));
    this.#stalls = new Stalls((fromUs, toUs) => {
      for (const lane of this.#open) this.#blind[lane]?.ready(fromUs, toUs);
    });
    let connections = data.firstConnection;
    const nextConnectionNumber = () => connections++;
    this.#runs = lanes.map((lane, index) => {
      const tap = { ...this.#tapOf(data, lane, index), nextConnectionNumber };
      return new LaneRun(lane, ways[index] as Way, `${runTag}-${index}`, tap, () => this.#done(index));
    });
  }

  start(): void {
    this.#timers.push(
      setInterval(() => this.#recorder.flush(), flushEveryMs),
      setInterval(() => this.#recorder.releaseOld(), releaseEveryMs),
    );
    for (const [index, run] of this.#runs.entries()) {
      this.#open.add(index);
      run.start();
    }
  }

  /** Resolves when what had been written by now has come to its end and is in the record. */
  async stop(): Promise<void> {
    for (const index of this.#open) this.#runs[index]?.stop();
    if (this.#open.size > 0)
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    this.#close();
  }

  /** Ends at once: what is under way is unanswered. */
  abort(): void {
    for (const run of this.#runs) run.abandon();
    this.#close();
  }

  #close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stalls.stop();
    this.#recorder.close();
    const now = nowUs();
    for (const blind of this.#blind) blind.finish(now);
  }

  #done(index: number): void {
    this.#open.delete(index);
    this.#recorder.releaseAll();
    this.#recorder.flush();
    this.#listener.onLaneDone(index);
    if (this.#open.size === 0) this.#emptied?.();
  }

  #tapOf(
    { identity, counts, lanes }: ThreadData,
    lane: Lane,
    index: number,
  ): Omit<Tap, 'idOf' | 'nextConnectionNumber'> {
    return {
      work: {
        lane,
        judge: new Judge(lane, identity),
        secrets: secretsOf([lane]),
        books: { tally: new Tally(counts, index, lanes.length, 0), blind: this.#blind[index] as BlindWatch },
      },
      recorder: this.#recorder,
      stalls: this.#stalls,
    };
  }
}
