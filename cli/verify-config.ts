import type { Source } from '../runner/scenario/problem.ts';
import type { CheckItem } from './config/budgets.ts';
import type { Config } from './config/load.ts';
import type { VerifyArguments } from './verify-options.ts';
import { verifyOptions } from './verify-options.ts';
import { wrongUse } from './wrong-use.ts';

type Lane = NonNullable<Config['lanes']>[number];

interface Definition {
  lanes: Lane[];
  control?: string;
  ledger?: string;
  identity?: unknown;
  checks: Record<string, object>[];
}

/**
 * The scenario of a `verify` with what its config says of lanes, control, ledger, identity and budgets; what a flag says too is
 * the flag's. What is wrong is told where it was said.
 *
 * @throws HitlessError HITLESS_USAGE for a flag that would be lost on the config's lanes
 */
export function withConfig(source: Source, config: Config | null, args: VerifyArguments): Source {
  if (config === null) return source;
  const value = source.value as Definition;
  const control = value.control ?? config.control;
  const ledger = value.ledger ?? config.ledger;
  const identity = value.identity ?? config.identity;
  const merged = {
    ...value,
    ...(control !== null && { control }),
    ...(ledger !== null && { ledger }),
    ...(identity !== null && { identity }),
    ...(config.lanes !== null && { lanes: lanesOf(config.lanes, value, args) }),
    checks: checksOf(value.checks, config.checks),
  };
  const ofConfig = {
    lanes: config.lanes !== null,
    control: value.control === undefined && config.control !== null,
    ledger: value.ledger === undefined && config.ledger !== null,
    identity: value.identity === undefined && config.identity !== null,
  };
  return {
    value: merged,
    locate: (path, at) =>
      ofConfig[path[0] as keyof typeof ofConfig] ? config.locate(path, at) : source.locate(path, at),
  };
}

/** Each lane of the config, to the URL's own path where it names none, with the flags about requests laid over it. */
function lanesOf(lanes: readonly Lane[], { lanes: own }: Definition, args: VerifyArguments): Lane[] {
  if (args.rate !== verifyOptions.rate.default)
    throw wrongUse(
      '--rate: the lanes of the config have rates of their own',
      'Set them there, or leave the lanes out with --no-config.',
    );
  const request = own[0]?.request;
  const said = {
    ...(args.method !== undefined && { method: args.method }),
    ...(args.path !== undefined && { path: args.path }),
    ...(args.data !== undefined && { body: args.data }),
  };
  return lanes.map((lane) => ({
    ...lane,
    ...(lane.connection !== 'session' && {
      request: {
        ...(request?.path !== undefined && { path: request.path }),
        ...lane.request,
        ...said,
        headers: { ...lane.request?.headers, ...request?.headers },
      },
    }),
    ...(args.status !== undefined && own[0]?.expect !== undefined && { expect: { ...lane.expect, ...own[0].expect } }),
    ...(args.resolution !== undefined && { resolution: args.resolution }),
  }));
}

/** A budget takes the place of the check that would decide without it, with what else that was asked for. */
function checksOf(own: Definition['checks'], budgets: readonly CheckItem[]): Definition['checks'] {
  const names = budgets.flatMap((item) => Object.keys(item));
  const ofFailures = names.includes('zero-failed') || names.includes('failure-budget');
  const kept = own.filter((item) => !names.some((name) => name in item) && !(ofFailures && 'no-new-failures' in item));
  const merged = budgets.map((item) =>
    Object.fromEntries(
      Object.entries(item).map(([name, options]) => [name, { ...own.find((one) => name in one)?.[name], ...options }]),
    ),
  );
  return [...kept, ...merged];
}
