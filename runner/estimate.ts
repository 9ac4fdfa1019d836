import type { Step, StepInputs } from './scenario/scenario.ts';

/**
 * Seconds that a step takes as a rule with three small replicas, seen on the embedded target; only for the time left
 * that a screen shows.
 */
const usualSeconds: { [V in keyof StepInputs]: number } = {
  deploy: 4,
  hold: 0,
  rollout: 14,
  undo: 8,
  switch: 3,
  scale: 5,
  kill: 4,
  drain: 10,
  exec: 1,
  run: 2,
  wait: 3,
  custom: 2,
};

/** What is left of a run, in ms: holds as they are told, everything else by custom. */
export function leftMs(steps: readonly Step[], current: number, inStepMs: number): number {
  let left = 0;
  for (const step of steps) {
    const usual = step.verb === 'hold' ? step.input.us / 1000 : usualSeconds[step.verb] * 1000;
    if (step.index > current) left += usual;
    else if (step.index === current) left += Math.max(0, usual - inStepMs);
  }
  return left;
}
