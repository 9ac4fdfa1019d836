import type { Check } from '../check/check.ts';
import type { StepContext } from '../steps/step.ts';
import { type Assertion, assertionCheck } from './assertion.ts';
import { takeFlow } from './flows.ts';
import type { Problem } from './problem.ts';
import { type RunAssertion, runAssertionCheck } from './run-assertion.ts';

/** A step of one's own, in a TypeScript scenario. */
export interface CustomStep {
  /** What a person reads while it runs. */
  name: string;
  /** What it returns is shown with the step: what was seen. One that rejects with a HitlessError blamed on the app has failed. */
  run: (context: StepContext) => Promise<string | undefined> | Promise<void>;
}

/** A check of one's own: a named function, an assertion (about each good answer, or the run) with a name, or all of a Check. */
export type CustomCheck =
  | Assertion
  | { name: string; assert: Assertion; lane?: string }
  | { name: string; assertRun: RunAssertion; lane?: string }
  | Check;

/** What a scenario holds that no schema can describe, by its place in the list. */
export interface Functions {
  steps: ReadonlyMap<number, CustomStep>;
  checks: ReadonlyMap<number, { check: Check; lane: string | null }>;
  /** Lanes that have a flow. */
  flows: ReadonlySet<number>;
}

/**
 * Takes the functions out of a scenario. What is left is data: a valid stand-in is in the place of each, so that places
 * in the lists stay what they are.
 */
export function takeFunctions(value: unknown): { data: unknown; functions: Functions; problems: Problem[] } {
  const steps = new Map<number, CustomStep>();
  const checks = new Map<number, { check: Check; lane: string | null }>();
  const flows = new Set<number>();
  const problems: Problem[] = [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { data: value, functions: { steps, checks, flows }, problems };

  const data: Record<string, unknown> = { ...value };
  if (Array.isArray(data.steps)) data.steps = data.steps.map(takeStep);
  if (Array.isArray(data.checks)) data.checks = data.checks.map(takeCheck);
  if (Array.isArray(data.lanes)) data.lanes = data.lanes.map(takeLane);
  return { data, functions: { steps, checks, flows }, problems };

  function takeLane(lane: unknown, index: number): unknown {
    const taken = takeFlow(lane, index);
    if (taken === undefined) return lane;
    problems.push(...taken.problems);
    flows.add(index);
    return taken.data;
  }

  function takeStep(step: unknown, index: number): unknown {
    if (!hasFunction(step, 'run')) return step;
    if (typeof step.name !== 'string' || step.name === '')
      problems.push({ path: ['steps', index], at: 'value', message: `steps[${index}] lacks the field "name"` });
    steps.set(index, { name: String(step.name), run: step.run as CustomStep['run'] });
    return { hold: '0' };
  }

  function takeCheck(item: unknown, index: number): unknown {
    const custom = customCheck(item);
    if (custom === undefined) return item;
    if (custom.check.name === '')
      problems.push({ path: ['checks', index], at: 'value', message: `checks[${index}] needs a name` });
    checks.set(index, custom);
    return 'custom';
  }
}

function customCheck(item: unknown): { check: Check; lane: string | null } | undefined {
  if (typeof item === 'function') return { check: assertionCheck(item.name, item as Assertion), lane: null };
  const lane =
    typeof item === 'object' && item !== null && 'lane' in item && item.lane !== undefined ? String(item.lane) : null;
  if (hasFunction(item, 'assert'))
    return { check: assertionCheck(String(item.name ?? ''), item.assert as Assertion), lane };
  if (hasFunction(item, 'assertRun'))
    return { check: runAssertionCheck(String(item.name ?? ''), item.assertRun as RunAssertion), lane };
  if (hasFunction(item, 'fold')) return { check: item as unknown as Check, lane };
  return undefined;
}

function hasFunction(item: unknown, field: string): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && typeof (item as Record<string, unknown>)[field] === 'function';
}
