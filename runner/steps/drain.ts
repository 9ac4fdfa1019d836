import { HitlessError } from '../../record/error.ts';
import type { StepRunner } from './step.ts';

/** Needs a target with nodes; the run refuses the scenario before it starts where there are none. */
export const drain: StepRunner<'drain'> = async (_input, { target }) => {
  throw new HitlessError('HITLESS_NO_NODES', `the target ${target.kind} has no nodes to drain`, { blame: 'usage' });
};
