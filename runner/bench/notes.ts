import type { BenchResult } from '../../record/bench-result.ts';
import { blindSpotsOf } from '../engines/engines.ts';
import type { Lane } from '../traffic/lane.ts';

/** Above that others had so much of the machine that figures move by themselves. */
const noisyShare = 0.02;
const noisyGapMs = 10;
/** Below that whoever wants to run waits. */
const leastIdle = 0.05;

/** What a reader of the figures has to know, a sentence each. */
export function notesOf({ stages, noise }: Pick<BenchResult, 'stages' | 'noise'>, lane: Lane | null): string[] {
  const closed = stages.some(({ load }) => load.model === 'closed');
  const unsteady = stages.filter(
    ({ load, rounds }) => load.model !== 'scenario' && rounds.some(({ warmUpFound }) => !warmUpFound),
  );
  const blind = lane === null ? [] : blindSpotsOf(lane);
  return [
    ...(closed
      ? [
          'A closed loop sends less while the server is slow: a stall is one late answer for each connection, and what users would have waited meanwhile is not in the percentiles. --rate shows it.',
        ]
      : []),
    ...unsteady.map(({ name, rounds }) => {
      const some = rounds.filter(({ warmUpFound }) => !warmUpFound).length;
      return `${name}: no steady state was found in ${some} of ${rounds.length} rounds, so nothing was left out of them as warm-up; a longer -d helps, unless the server gets slower all the time.`;
    }),
    ...(stages.length > 0 && stages.every(({ load, rounds }) => load.model !== 'scenario' && rounds.length === 1)
      ? ['One round says nothing of how far two would differ; --rounds 5 gives intervals.']
      : []),
    ...noiseNotes(noise),
    ...blind.map(({ what }) => `The engine does not see ${what}.`),
  ];
}

function noiseNotes({ before, idle, steal }: BenchResult['noise']): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const isNoisy = before !== null && (before.lost > noisyShare || (before.gapMs.max ?? 0) > noisyGapMs);
  return [
    ...(isNoisy
      ? [
          `This machine was not at rest before the start: a thread was kept from running ${percent(before.lost)} of the time, for up to ${(before.gapMs.max ?? 0).toFixed(1)} ms.`,
        ]
      : []),
    ...(idle !== null && idle < leastIdle
      ? [`The cores of this machine were idle ${percent(idle)} of the time: a server on it had to wait for them.`]
      : []),
    ...(steal !== null && steal > noisyShare
      ? [`The host of this virtual machine took ${percent(steal)} of its processors meanwhile.`]
      : []),
  ];
}
