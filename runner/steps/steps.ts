import type { Capability } from '../../targets/target.ts';
import type { Step, StepInputs } from '../scenario/scenario.ts';
import { deploy } from './deploy.ts';
import { drain } from './drain.ts';
import { exec } from './exec.ts';
import { hold } from './hold.ts';
import { kill } from './kill.ts';
import { rollout } from './rollout.ts';
import { runCommand } from './run-command.ts';
import { scale } from './scale.ts';
import type { StepContext, StepOutcome, StepRunner } from './step.ts';
import { switchService } from './switch.ts';
import { undo } from './undo.ts';
import { wait } from './wait.ts';

const custom: StepRunner<'custom'> = async ({ run }, context) => {
  const seen = await run(context);
  return typeof seen === 'string' ? { message: seen } : {};
};

const runners: { [V in keyof StepInputs]: StepRunner<V> } = {
  deploy,
  hold,
  rollout,
  undo,
  switch: switchService,
  scale,
  kill,
  drain,
  exec,
  run: runCommand,
  wait,
  custom,
};

const needs: Partial<Record<keyof StepInputs, Capability>> = {
  rollout: 'rollout',
  undo: 'undo',
  switch: 'switch',
  scale: 'scale',
  kill: 'kill',
  drain: 'drain',
  exec: 'exec',
};

/** What a target must be able to do for this step. */
export function capabilityOf(step: Step): Capability | undefined {
  return needs[step.verb];
}

export function runStep(step: Step, context: StepContext): Promise<StepOutcome> {
  const runner = runners[step.verb] as (input: Step['input'], context: StepContext) => Promise<StepOutcome>;
  return runner(step.input, context);
}
