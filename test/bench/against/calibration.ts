import { isDeepStrictEqual } from 'node:util';
import type { Calibration, Kept } from './kept.ts';
import { originNow } from './origin.ts';
import { compare } from './trial.ts';

/** Rounds of work that every build does, as server.ts has it: what one of them costs is measured. */
const probeExtra = 60;
const probeSeconds = 20;

interface Asked {
  /** Share of CPU time on top. */
  more: number;
  tolerance: number;
  connections: number | null;
}

/** Rounds of work that make a request cost `more` of its CPU time on top, by what the servers say of themselves. */
export async function calibrated(kept: Kept, asked: Asked, signal: AbortSignal): Promise<Calibration> {
  const { more: moreAsked, tolerance, connections } = asked;
  const setting = { moreAsked, connections, origin: originNow() };
  const known = kept.calibrations.find((each) => isDeepStrictEqual(settingOf(each), setting));
  if (known !== undefined) return known;
  const beganAt = new Date().toISOString();
  const { truth } = await compare(
    { extra: probeExtra, seed: 0, seconds: probeSeconds, tolerance, connections },
    signal,
  );
  const calibration: Calibration = { kept: 'calibration', beganAt, ...setting, ...roundsOf(moreAsked, truth) };
  kept.add(calibration);
  return calibration;
}

function settingOf({ moreAsked, connections, origin }: Calibration) {
  return { moreAsked, connections, origin };
}

/** `truth`: what the probe cost on top. */
export function roundsOf(moreAsked: number, truth: number): { extra: number; more: number } {
  if (!(truth > 0)) throw new Error('twice the work took the server no more: it cannot be calibrated here');
  const extra = Math.max(1, Math.round((moreAsked / truth) * probeExtra));
  return { extra, more: (truth / probeExtra) * extra };
}
