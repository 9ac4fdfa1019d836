import type { BenchLoad, BenchRound } from '../../record/bench-result.ts';
import type { Figures, Stretch } from './figures.ts';
import { limitOf } from './limit.ts';
import type { MachineUse } from './machine/use.ts';

interface Circumstances {
  round: number;
  stretch: Stretch;
  /** Of the clock: what the round's times count from. */
  startedUs: number;
  load: BenchLoad;
  machine: MachineUse;
  /** Ended before its time, as too many requests waited. */
  cutShort?: boolean;
}

/** What was measured in a stretch as a round of its stage, and what limited it. */
export function roundOf(figures: Figures, circumstances: Circumstances): BenchRound {
  const { round, stretch, startedUs, load, machine, cutShort = false } = circumstances;
  const { pace: _, ...told } = figures;
  return {
    round,
    fromMs: (stretch.fromUs - startedUs) / 1000,
    toMs: (stretch.toUs - startedUs) / 1000,
    ...told,
    ...limitOf(load, figures, machine, cutShort),
    machine,
  };
}
