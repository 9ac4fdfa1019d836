import type { DeploymentFacts } from '../record/facts.ts';
import type { Step, StepInputs } from './scenario/scenario.ts';

/** How long something takes, in ms: as a rule, and where every replica uses all of its grace to end. */
export interface Estimate {
  usualMs: number;
  mostMs: number;
}

/** Of steps that say nothing of replicas, in seconds; and of the others where nothing is known of their Deployment. */
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

/** From created to ready, seen on the embedded target with a small app that is probed each second. */
const startSeconds = 2;
/** From SIGTERM, or from the end of its hook, until an app that ends by itself has exited. */
const stopSeconds = 1;
/** Until the last endpoint is seen to have gone everywhere: kube-proxy's default of one second, and some. */
const spreadSeconds = 1;

/** What a step takes; `deployments` as the target tells them, where it does. */
export function estimate(step: Step, deployments: readonly DeploymentFacts[] = []): Estimate {
  if (step.verb === 'hold') return same(step.input.us / 1000);
  const name = 'deployment' in step.input ? step.input.deployment : null;
  const deployment = deployments.find((one) => one.name === name);
  const usual = usualSeconds[step.verb] * 1000;
  if (deployment === undefined) return same(usual);
  const settleMs = 'settleUs' in step.input ? step.input.settleUs / 1000 : 0;
  const start = startSeconds + (deployment.readySeconds ?? 0);
  const ending = (startsSeconds: number) => {
    const ms = (stop: number) => (startsSeconds + stop + spreadSeconds) * 1000 + settleMs;
    const { preStopSeconds = 0, graceSeconds } = deployment;
    const stop = Math.min(graceSeconds, preStopSeconds + stopSeconds);
    return { usualMs: ms(stop), mostMs: ms(graceSeconds) };
  };
  switch (step.verb) {
    case 'rollout':
      return step.input.until === 'stuck' ? same(usual) : ending(start * roundsOf(deployment));
    case 'undo':
      return ending(start * roundsOf(deployment));
    case 'scale':
      return step.input.replicas < deployment.promise.replicas ? ending(0) : same(start * 1000 + settleMs);
    case 'kill':
      return same((start + stopSeconds) * 1000);
    default:
      return same(usual);
  }
}

/** How often replicas start one after the other: as many at a time as may be added or away. */
function roundsOf({ promise: { replicas, maxSurge, maxUnavailable } }: DeploymentFacts): number {
  return Math.ceil(replicas / Math.max(1, maxSurge + maxUnavailable));
}

function same(ms: number): Estimate {
  return { usualMs: ms, mostMs: ms };
}

/** What is left of a run after `inStepMs` of the current step: holds as they are told, everything else as estimated. */
export function left(
  steps: readonly Step[],
  current: number,
  inStepMs: number,
  deployments: readonly DeploymentFacts[] = [],
): Estimate {
  const sum = { usualMs: 0, mostMs: 0 };
  for (const step of steps) {
    if (step.index < current) continue;
    const { usualMs, mostMs } = estimate(step, deployments);
    const spent = step.index === current ? inStepMs : 0;
    sum.usualMs += Math.max(0, usualMs - spent);
    sum.mostMs += Math.max(0, mostMs - spent);
  }
  return sum;
}
