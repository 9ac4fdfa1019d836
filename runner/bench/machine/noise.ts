import type { BenchResult } from '../../../record/bench-result.ts';
import { nowUs } from '../../../record/clock.ts';
import { Durations, spread } from '../../judge/durations.ts';

/** Reading the clock takes less than a microsecond: a longer gap means that somebody else ran. */
const gapUs = 100;
const spinUs = 300_000;
const sleeps = 100;
const sleepMs = 1;

/** What else goes on here, before anything is sent: takes half a second, in which the calling thread does nothing else. */
export function measureNoise(): NonNullable<BenchResult['noise']['before']> {
  const fromUs = nowUs();
  const gaps = new Durations();
  let lostUs = 0;
  for (let last = fromUs; last - fromUs < spinUs; ) {
    const now = nowUs();
    if (now - last >= gapUs) {
      gaps.add(now - last);
      lostUs += now - last;
    }
    last = now;
  }
  const spunUs = nowUs() - fromUs;
  const late = new Durations();
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < sleeps; i++) {
    const asleepUs = nowUs();
    Atomics.wait(nothing, 0, 0, sleepMs);
    late.add(nowUs() - asleepUs - sleepMs * 1000);
  }
  return {
    ms: (nowUs() - fromUs) / 1000,
    gapMs: spread(gaps),
    lost: Math.min(1, lostUs / spunUs),
    sleepLateMs: spread(late),
  };
}
