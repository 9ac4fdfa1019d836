import type { BenchResult, BenchStage } from '../../record/bench-result.ts';
import { blindSpotsOf } from '../engines/engines.ts';
import type { Lane } from '../traffic/lane.ts';

/** Above that others had so much of the machine that figures move by themselves. */
const noisyShare = 0.02;
const noisyGapMs = 10;
/** Below that whoever wants to run waits. */
const leastIdle = 0.05;

/** What a reader of the figures has to know, a sentence each. */
export function notesOf({ stages, noise }: Pick<BenchResult, 'stages' | 'noise'>, lane: Lane | null): string[] {
  // Of what had no good answer there are no figures to read.
  const measured = stages.filter(({ summary }) => summary.measured > 0);
  const closed = measured.some(({ load }) => load.model === 'closed');
  const unsteady = measured.filter(
    ({ load, rounds }) => load.model !== 'scenario' && rounds.some(({ warmUpFound }) => !warmUpFound),
  );
  const blind = lane === null ? [] : blindSpotsOf(lane);
  return [
    ...(closed
      ? [
          'A closed loop sends less while the server is slow: a stall is one late answer for each connection, and what users would have waited meanwhile is not in the percentiles. --rate shows it.',
        ]
      : []),
    ...[...Map.groupBy(unsteady, unsteadyRounds)].map(
      ([where, stages]) =>
        `${stages.map(({ name }) => name).join(', ')}: no steady state was found${where}, so no more was left out than the opening of connections; a longer -d helps, unless the server gets slower all the time.`,
    ),
    ...(measured.length > 0 && measured.every(isOneRound)
      ? ['One round says nothing of how far two would differ; --rounds 5 gives intervals.']
      : []),
    ...noiseNotes(noise),
    ...blind.map(({ what }) => `The engine does not see ${what}.`),
  ];
}

function unsteadyRounds({ rounds }: BenchStage): string {
  const some = rounds.filter(({ warmUpFound }) => !warmUpFound).length;
  return rounds.length === 1 ? '' : ` in ${some} of ${rounds.length} rounds`;
}

/** Of targets in turn the blocks are the rounds. */
function isOneRound({ load, subject, rounds }: BenchStage): boolean {
  return load.model !== 'scenario' && subject === undefined && rounds.length === 1;
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
