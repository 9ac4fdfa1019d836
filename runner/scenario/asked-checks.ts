import { didYouMean } from '../../record/nearest.ts';
import type { Check } from '../check/check.ts';
import { checks as knownChecks } from '../check/checks.ts';
import type { Functions } from './functions.ts';
import type { ScenarioInput } from './model.ts';
import type { FieldPath, Problem } from './problem.ts';
import { shown } from './problem.ts';
import type { AskedCheck } from './scenario.ts';
import { schemaProblems } from './schema-problems.ts';

type CheckItem = NonNullable<ScenarioInput['checks']>[number];

/** The checks that a scenario asks for, each validated against its own options; null where it names none. */
export function askedChecks(
  checks: readonly CheckItem[] | undefined,
  laneNames: readonly string[],
  functions: Functions,
): { asked: AskedCheck[] | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const asked = checks?.map((item, index) => {
    const one = functions.checks.get(index);
    const path = ['checks', index];
    const check: AskedCheck = one
      ? { name: one.check.name, options: {}, lane: one.lane, check: one.check }
      : shippedCheck(item, path, problems);
    if (check.lane !== null && !laneNames.includes(check.lane))
      problems.push(
        wrong([...path, check.name, 'lane'], `no lane ${shown(check.lane)}${didYouMean(check.lane, laneNames)}`),
      );
    return check;
  });
  for (const [index, { name, lane }] of (asked ?? []).entries()) {
    const first = asked?.findIndex((other) => other.name === name && other.lane === lane) ?? index;
    if (first < index) problems.push(wrong(['checks', index], `checks[${index}]: ${name} is asked for twice`));
  }
  return { asked: asked ?? null, problems };
}

function shippedCheck(item: CheckItem, path: FieldPath, problems: Problem[]): AskedCheck {
  const [name = '', given] = typeof item === 'string' ? [item, {}] : (Object.entries(item)[0] ?? []);
  const check = knownChecks.get(name);
  if (check === undefined) {
    const key = typeof item === 'string' ? path : [...path, name];
    const message = `unknown check ${shown(name)}${didYouMean(name, knownChecks.keys())}`;
    problems.push({ path: key, at: typeof item === 'string' ? 'value' : 'key', message });
    return { name, options: {}, lane: null };
  }
  const { lane, ...options } = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  if (lane !== undefined && typeof lane !== 'string')
    problems.push(wrong([...path, name, 'lane'], `expected the name of a lane, got ${shown(lane)}`));
  if (given === null || (typeof given === 'object' && !Array.isArray(given)))
    problems.push(...optionProblems(check)(given ?? {}, [...path, name]));
  else problems.push(wrong([...path, name], `expected the options of ${name}, got ${shown(given)}`));
  return { name, options, lane: typeof lane === 'string' ? lane : null };
}

const compiled = new Map<Check, ReturnType<typeof schemaProblems>>();

function optionProblems(check: Check): ReturnType<typeof schemaProblems> {
  const known = compiled.get(check) ?? schemaProblems(withLane(check));
  compiled.set(check, known);
  return known;
}

/** A check's options with the lane that each check may be asked for. */
function withLane(check: Check): object {
  const schema = check.options as { properties?: Record<string, unknown> };
  return { ...schema, $id: undefined, additionalProperties: false, properties: { ...schema.properties, lane: {} } };
}

function wrong(path: FieldPath, message: string): Problem {
  return { path, at: 'value', message };
}
