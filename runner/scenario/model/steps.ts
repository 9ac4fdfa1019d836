import { type Static, Type } from 'typebox';
import { amount, Duration, LongerThanZero, ObjectName, strict } from './values.ts';

const Timeout = Type.Optional(LongerThanZero);
const Settle = Type.Optional(Duration);

const Within = Type.Optional(
  Type.String({
    pattern: `^(0|${amount})$`,
    description: 'a duration such as 10s: how long a rollout of somebody else may take to begin',
  }),
);

const CommandList = Type.Array(Type.String(), { minItems: 1, description: 'a list such as [node, server.js]' });

export const steps = {
  deploy: Type.Object({ timeout: Timeout }, strict),
  hold: Duration,
  rollout: Type.Object(
    {
      deployment: ObjectName,
      image: Type.String({ minLength: 1 }),
      until: Type.Optional(Type.Enum(['complete', 'stuck'])),
      settle: Settle,
      timeout: Timeout,
    },
    strict,
  ),
  undo: Type.Object({ deployment: ObjectName, settle: Settle, timeout: Timeout }, strict),
  switch: Type.Object(
    { service: ObjectName, selector: Type.Record(Type.String(), Type.String()), settle: Settle, timeout: Timeout },
    strict,
  ),
  scale: Type.Object(
    { deployment: ObjectName, replicas: Type.Integer({ minimum: 0, maximum: 100 }), settle: Settle, timeout: Timeout },
    strict,
  ),
  kill: Type.Object(
    {
      deployment: ObjectName,
      signal: Type.Optional(Type.String({ pattern: '^SIG[A-Z0-9]+$', description: 'a signal such as SIGKILL' })),
      timeout: Timeout,
    },
    strict,
  ),
  drain: Type.Object({ node: Type.String({ minLength: 1 }), timeout: Timeout }, strict),
  exec: Type.Object({ deployment: ObjectName, command: CommandList, timeout: Timeout }, strict),
  run: Type.Object(
    {
      command: CommandList,
      until: Type.Optional(
        Type.Enum(['ended', 'rolled-out'], {
          description:
            'ended (the command), or rolled-out: the rollout that it begins is over, where the platform is seen',
        }),
      ),
      within: Within,
      settle: Settle,
      timeout: Timeout,
      goOn: Type.Optional(Type.Boolean({ description: 'take the next steps also where it fails' })),
    },
    strict,
  ),
  wait: Type.Object(
    {
      deployment: Type.Optional(ObjectName),
      until: Type.Enum(['available', 'complete', 'stuck', 'rolled-out', 'over', 'requests-sent']),
      within: Within,
      settle: Settle,
      timeout: Timeout,
    },
    strict,
  ),
} as const;

export type Verb = keyof typeof steps;
export type StepInput = { [V in Verb]: { [K in V]: Static<(typeof steps)[V]> } }[Verb];

/** One object with exactly one of the verbs, not a union of objects: editors complete it, and a typo in it has one error. */
export const StepModel = Type.Partial(Type.Object(steps), {
  ...strict,
  title: 'step',
  minProperties: 1,
  maxProperties: 1,
});
