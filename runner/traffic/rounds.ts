import { nowUs } from '../../record/clock.ts';

/** What wants to send. */
export interface Sender {
  readonly spin: boolean;
  /** The clock's time at which it next has something to send by itself; Infinity: nothing. */
  dueUs(): number;
  /** Sends what may go by now, and stops at `untilUs`. True: it wants another round at once. */
  send(untilUs: number): boolean;
}

/** A stall of this length means that what the sockets have received is out of date. */
const stallUs = 2_000;
/** Under a load that fills every poll for longer than a stall, waiting for a short one would never send again. */
const mostRereads = 3;
/** With `spin`, the wait is spent turning the event loop from here on: timers are about a millisecond late. */
const spinUs = 3_000;
/**
 * So long it rests in each turn, and so late an answer may be read. A thread that never rests takes a processor from the
 * server on a small machine, and has to stay out of real time (priority.ts): at 20,000 requests a second on two cores it
 * was itself three times as late (p99).
 */
const napMs = 0.02;
/**
 * libuv waits for whole milliseconds. With nothing under way what is left of a wait is rested instead, to some 50 us: no
 * answer can come meanwhile, and what ends an idle connection is read before the round as ever.
 */
const longestRestUs = 1_000;
/** For less than this a lane does not begin to rest when its last answer is in: it would send by ones what it sends in bunches. */
const worthARestUs = 500;
const nap = new Int32Array(new SharedArrayBuffer(4));
/** There is a round at least as often. */
export const inspectEveryUs = 10_000;
/** A round that comes for another reason so soon before the inspection saves it a round of its own. */
const inspectEarlyUs = 3_000;

/**
 * A traffic thread's one clockwork. All sending is done in rounds, and a round is a callback of the event loop's check
 * phase (setImmediate), which comes directly after a poll: so what the sockets had received, a FIN too, is known before
 * anything is written, however long the thread was held up before. A round sends for 2 ms at the most, then the sockets
 * are read again.
 */
export class Rounds {
  /** How many rounds there were; between two of them all sockets were read. */
  count = 0;
  /** When the round that comes next should be at the latest. The past: the thread is held up. */
  expectedUs = Number.POSITIVE_INFINITY;
  readonly #senders: readonly Sender[];
  readonly #inspect: (nowUs: number) => void;
  readonly #isIdle: () => boolean;
  readonly #run = () => this.#round();
  readonly #onTime = () => this.#restAndWake();
  #armedAtUs = 0;
  #armed: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  #rereads = 0;
  #first = 0;
  #inspectAtUs = 0;
  #stopped = false;

  /**
   * `isIdle`: nothing is under way in this thread. `inspect` is called every 10 ms, directly after the sockets have been
   * read: for limits of time.
   */
  constructor(senders: readonly Sender[], isIdle: () => boolean, inspect: (nowUs: number) => void) {
    this.#senders = senders;
    this.#isIdle = isIdle;
    this.#inspect = inspect;
  }

  /** A round after the next poll. */
  wake(): void {
    if (this.#armed !== null || this.#stopped) return;
    this.#armedAtUs = nowUs();
    this.expectedUs = Math.min(this.expectedUs, this.#armedAtUs);
    this.#armed = setImmediate(this.#run);
  }

  /** The last answer is in: what is due within the millisecond need not wait for a timer. */
  rest(): void {
    if (!this.#isIdle()) return;
    const leftUs = this.expectedUs - nowUs();
    if (leftUs > worthARestUs && leftUs < longestRestUs) this.wake();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#armed !== null) clearImmediate(this.#armed);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #round(): void {
    this.#armed = null;
    const now = nowUs();
    if (now - this.#armedAtUs > stallUs && this.#rereads < mostRereads) {
      this.#rereads++;
      this.wake();
      return;
    }
    this.#rereads = 0;
    this.count++;
    this.expectedUs = Number.POSITIVE_INFINITY;
    if (now >= this.#inspectAtUs - inspectEarlyUs) {
      this.#inspectAtUs = now + inspectEveryUs;
      this.#inspect(now);
    }
    if (this.#sendAll(now + stallUs)) this.wake();
    else if (!this.#stopped) this.#schedule();
  }

  /** Begins with another sender each time, so that none starves where there is more to send than time. */
  #sendAll(untilUs: number): boolean {
    const senders = this.#senders;
    let more = false;
    this.#first = (this.#first + 1) % Math.max(1, senders.length);
    for (let i = 0; i < senders.length; i++)
      if (senders[(this.#first + i) % senders.length]?.send(untilUs)) more = true;
    return more;
  }

  #schedule(): void {
    let dueUs = this.#inspectAtUs;
    let spins = false;
    const now = nowUs();
    for (const sender of this.#senders) {
      const senderDueUs = sender.dueUs();
      if (sender.spin && senderDueUs - now < spinUs) spins = true;
      dueUs = Math.min(dueUs, senderDueUs);
    }
    if (spins || dueUs <= now) {
      if (dueUs > now) Atomics.wait(nap, 0, 0, napMs);
      this.wake();
      return;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.expectedUs = dueUs;
    if (dueUs - now < longestRestUs && this.#isIdle()) this.#restAndWake();
    else this.#timer = setTimeout(this.#onTime, Math.max(1, Math.floor((dueUs - now) / 1000)));
  }

  #restAndWake(): void {
    const leftUs = this.expectedUs - nowUs();
    if (leftUs > 0 && leftUs < longestRestUs && this.#isIdle()) Atomics.wait(nap, 0, 0, leftUs / 1000);
    this.wake();
  }
}
