import type { StepRunner } from './step.ts';
import { sleepUs } from './wait-for.ts';

/** Lets traffic go on for a while. */
export const hold: StepRunner<'hold'> = async ({ us }, { signal }) => {
  await sleepUs(us, signal);
  return {};
};
