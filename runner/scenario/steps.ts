import type { FileLocation } from '../../record/error.ts';
import { durationUs } from './duration.ts';
import type { CustomStep } from './functions.ts';
import type { StepInput, Verb } from './model/steps.ts';
import type { Step, StepInputs } from './scenario.ts';

/** How long a step may take where its scenario says nothing. Rollouts get more: ten replicas in turn, each with a grace of 30 s. */
const defaultTimeout: Partial<Record<Verb, string>> = { rollout: '5m', undo: '5m' };
const otherTimeout = '2m';

/** After the last old replica has exited and its endpoint is gone (design, "When a rollout is over"). */
const defaultSettle = '1s';

/** A controller acts within a second of a change; what a command asks of another tool may take longer to get there. */
const defaultWithin = '10s';

type Inputs = { [V in Verb]: Extract<StepInput, Record<V, unknown>>[V] };

const readers: { [V in Verb]: (input: Inputs[V]) => { name: string; input: StepInputs[V] } } = {
  deploy: (input) => ({ name: 'deploy', input: { timeoutUs: timeoutUs('deploy', input) } }),
  hold: (input) => ({ name: `hold ${input}`, input: { us: durationUs(input) } }),
  rollout: ({ deployment, image, until = 'complete', ...rest }) => ({
    name: `rollout ${deployment} to ${tagOf(image)}`,
    input: { deployment, image, until, settleUs: settleUs(rest), timeoutUs: timeoutUs('rollout', rest) },
  }),
  undo: ({ deployment, ...rest }) => ({
    name: `undo ${deployment}`,
    input: { deployment, settleUs: settleUs(rest), timeoutUs: timeoutUs('undo', rest) },
  }),
  switch: ({ service, selector, ...rest }) => ({
    name: `switch ${service} to ${Object.entries(selector)
      .map(([label, value]) => `${label}=${value}`)
      .join(',')}`,
    input: { service, selector, settleUs: settleUs(rest), timeoutUs: timeoutUs('switch', rest) },
  }),
  scale: ({ deployment, replicas, ...rest }) => ({
    name: `scale ${deployment} to ${replicas}`,
    input: { deployment, replicas, settleUs: settleUs(rest), timeoutUs: timeoutUs('scale', rest) },
  }),
  kill: ({ deployment, signal = 'SIGKILL', ...rest }) => ({
    name: `kill a replica of ${deployment}`,
    input: { deployment, signal, timeoutUs: timeoutUs('kill', rest) },
  }),
  drain: ({ node, ...rest }) => ({ name: `drain ${node}`, input: { node, timeoutUs: timeoutUs('drain', rest) } }),
  exec: ({ deployment, command, ...rest }) => ({
    name: `exec ${command.join(' ')} in ${deployment}`,
    input: { deployment, command, timeoutUs: timeoutUs('exec', rest) },
  }),
  run: ({ command, until = 'ended', goOn = false, ...rest }) => ({
    name: `run ${command.join(' ')}`,
    input: { command, until, goOn, ...ofRolloutOfOthers(rest), timeoutUs: timeoutUs('run', rest) },
  }),
  wait: ({ deployment, until, ...rest }) => ({
    name: `wait until ${deployment ? `${deployment} is ` : ''}${waitedFor[until] ?? until}`,
    input: { deployment: deployment ?? null, until, ...ofRolloutOfOthers(rest), timeoutUs: timeoutUs('wait', rest) },
  }),
};

/** The one verb of a step that the schema has accepted. */
export function verbOf(step: StepInput): Verb {
  return Object.keys(step)[0] as Verb;
}

/** A step with every default filled in and the name that a person reads. */
export function stepOf(step: StepInput, index: number, location: FileLocation): Step {
  const verb = verbOf(step);
  const read = readers[verb] as (input: unknown) => { name: string; input: unknown };
  return { index, verb, ...read((step as Record<Verb, unknown>)[verb]), location } as Step;
}

/** A step that is a function. */
export function customStepOf({ name, run }: CustomStep, index: number, location: FileLocation): Step {
  return { index, verb: 'custom', name, input: { run }, location };
}

function timeoutUs(verb: Verb, input: { timeout?: string }): number {
  return durationUs(input.timeout ?? defaultTimeout[verb] ?? otherTimeout);
}

/** A wait whose `until` is no word that a sentence takes. */
const waitedFor: Partial<Record<Inputs['wait']['until'], string>> = {
  'requests-sent': 'requests are sent',
  'rolled-out': "somebody else's rollout is over",
  over: 'no rollout is under way',
};

function ofRolloutOfOthers(input: { within?: string; settle?: string }): { withinUs: number; settleUs: number } {
  return { withinUs: durationUs(input.within ?? defaultWithin), settleUs: settleUs(input) };
}

function settleUs(input: { settle?: string }): number {
  return durationUs(input.settle ?? defaultSettle);
}

/** `v0.0.2` of `mimuc/helloworld:v0.0.2`; the whole image where it has no tag. A colon before a slash is a registry's port. */
function tagOf(image: string): string {
  return /:([^:/@]+)(@.*)?$/.exec(image)?.[1] ?? image;
}
