import { nowUs } from '../../record/clock.ts';
import type { Interval } from '../controller/replica-runner.ts';
import type { Engine } from './engine/engine.ts';

/** A clock that NTP corrects runs at most that much faster or slower than it should (adjtimex(2)). */
const mostSlew = 500e-6;

/** The engine's clock against ours, so that its times can be told in ours: as intervals, as wide as the question took. */
export class EngineClock {
  readonly #atUs: number;
  /** Ours minus the engine's, in us. */
  readonly #offset: Interval;

  private constructor(atUs: number, offset: Interval) {
    this.#atUs = atUs;
    this.#offset = offset;
  }

  /** Asks the engine a few times; the quickest answer says most. */
  static async read(engine: Engine): Promise<EngineClock> {
    let best: EngineClock | undefined;
    for (let i = 0; i < 3; i++) {
      const sentUs = nowUs();
      const { systemTimeMs } = await engine.info();
      const receivedUs = nowUs();
      const engineUs = systemTimeMs * 1000;
      // Its milliseconds are cut off.
      const offset = { earliest: sentUs - engineUs - 1000, latest: receivedUs - engineUs };
      if (best === undefined || receivedUs - sentUs < best.#offset.latest - best.#offset.earliest - 1000)
        best = new EngineClock(receivedUs, offset);
    }
    return best as EngineClock;
  }

  /**
   * When that was, within what is known anyway; just that where the two do not meet: the engine's clock was set
   * meanwhile.
   */
  within(engineMs: number | undefined, known: Interval): Interval {
    if (engineMs === undefined) return known;
    const slewUs = Math.abs(nowUs() - this.#atUs) * mostSlew;
    const earliest = Math.max(known.earliest, Math.floor(engineMs * 1000 + this.#offset.earliest - slewUs));
    const latest = Math.min(known.latest, Math.ceil(engineMs * 1000 + 1000 + this.#offset.latest + slewUs));
    return earliest <= latest ? { earliest, latest } : known;
  }
}
