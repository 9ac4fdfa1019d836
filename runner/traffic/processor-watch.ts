import { readFileSync } from 'node:fs';
import { nowUs } from '../../record/clock.ts';
import type { Event } from '../../record/event.ts';

const everyMs = 50;
const windowUs = 1_000_000;
/** Fewer turns tell nothing. */
const leastTurns = 3;
/**
 * So long an ordinary thread waits for a processor, each time that it wants to run, where it is starved. Measured on two
 * cores: 0 to 3 ms beside up to eight busy processes of its own kind, 7 ms beside twenty; 27 to 32 ms beside two to four
 * of a nice value 15 below its own, where a proxy answered within seconds, and 144 ms beside four 19 below.
 */
const starvedFromUs = 15_000;

/** What the kernel says of the calling thread: how long it waited for a processor, and how many turns it had. */
interface Turns {
  waitedUs: number;
  turns: number;
}

/**
 * Watches whether this machine still gives processors to ordinary threads: traffic goes before them (priority.ts), and so
 * its own lateness does not show that a proxy or an app beside it stands in line. The calling thread, which is ordinary,
 * wakes every 50 ms and asks Linux how long it had to wait (/proc/thread-self/schedstat). Elsewhere nothing is seen.
 */
export class ProcessorWatch {
  readonly #onEvent: (event: Event) => void;
  readonly #read: () => Turns | null;
  #timer: NodeJS.Timeout | null = null;
  #window: (Turns & { fromUs: number }) | null = null;
  #starvedFromUs: number | null = null;
  #starvedToUs = 0;

  /** `read`: what it looks at, for tests. */
  constructor(onEvent: (event: Event) => void, read: () => Turns | null = ofThisThread) {
    this.#onEvent = onEvent;
    this.#read = read;
  }

  /** False: this system does not tell. */
  start(fromUs: number = nowUs()): boolean {
    const now = this.#read();
    if (now === null) return false;
    this.#window = { ...now, fromUs };
    this.#timer = setInterval(() => this.look(nowUs()), everyMs);
    this.#timer.unref();
    return true;
  }

  /** Ends the window that is over at `us`; called every 50 ms. */
  look(us: number): void {
    const last = this.#window;
    if (last === null || us - last.fromUs < windowUs) return;
    const now = this.#read();
    if (now === null) return;
    const turns = now.turns - last.turns;
    const isStarved = turns >= leastTurns && (now.waitedUs - last.waitedUs) / turns >= starvedFromUs;
    this.#window = { ...now, fromUs: us };
    if (isStarved) {
      this.#starvedFromUs ??= last.fromUs;
      this.#starvedToUs = us;
    } else this.#tell();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#tell();
  }

  #tell(): void {
    const fromUs = this.#starvedFromUs;
    if (fromUs === null) return;
    this.#starvedFromUs = null;
    this.#onEvent({
      earliestUs: fromUs,
      latestUs: this.#starvedToUs,
      kind: 'starved',
      subject: { kind: 'run', name: 'this machine' },
      message: 'ordinary threads waited for a processor each time that they wanted to run',
    });
  }
}

function ofThisThread(): Turns | null {
  try {
    const [, waitedNs, turns] = readFileSync('/proc/thread-self/schedstat', 'utf8').trim().split(' ').map(Number);
    return waitedNs === undefined || turns === undefined ? null : { waitedUs: waitedNs / 1000, turns };
  } catch {
    return null;
  }
}
