import { randomInt } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { Type } from 'typebox';
import { readManifests } from '../../targets/manifest/manifests.ts';
import { askedChecks } from './asked-checks.ts';
import { controlLanesOf } from './control-lanes.ts';
import { flowLaneOf, unreadableFlows } from './flows.ts';
import { type Functions, takeFunctions } from './functions.ts';
import { missingScripts, withScript } from './k6-lanes.ts';
import { laneOf } from './lanes.ts';
import { type ScenarioInput, ScenarioSchema } from './model.ts';
import { type ObjectNames, unknownObjects } from './objects.ts';
import { type Override, withOverrides } from './overrides.ts';
import { appOf, missingPaths } from './paths.ts';
import { InvalidScenario, type Problem, type Source } from './problem.ts';
import { brokenRules } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { schemaProblems } from './schema-problems.ts';
import { readSource } from './source.ts';
import { customStepOf, stepOf } from './steps.ts';
import { trustOf } from './trust.ts';

const problemsOf = schemaProblems(ScenarioSchema);
const problemsOfChecks = schemaProblems(Type.Pick(ScenarioSchema, ['checks', 'expect']));

/** How the target reads manifests: it refuses in them what it cannot do. */
export type ManifestReader = (paths: readonly string[]) => ObjectNames;

/**
 * Reads a scenario (YAML, or a module that exports one), sets what the command line overrides, validates it, and fills
 * in every default. Where the scenario has no seed, one is drawn. Manifests are judged by the rules of local and docker
 * unless `read` has others.
 *
 * @throws HitlessError with the place in the file; InvalidScenario lists all that is wrong
 */
export async function loadScenario(
  file: string,
  overrides: readonly Override[] = [],
  read: ManifestReader = readManifests,
): Promise<Scenario> {
  const path = resolve(file);
  return scenarioFrom(withOverrides(await readSource(path), overrides), path, read);
}

/**
 * The same of a scenario that is at hand. `file`: absolute; its paths are relative to the folder of this.
 *
 * @throws InvalidScenario
 */
export function scenarioFrom(source: Source, file: string, read: ManifestReader = readManifests): Scenario {
  const { data, functions, problems } = takeFunctions(source.value);
  refuse([...problems, ...problemsOf(data)], source);
  return complete(data as ScenarioInput, functions, file, source, read);
}

/** What the schema has accepted, made whole; what only the parts together can be wrong in is found here. */
function complete(
  input: ScenarioInput,
  functions: Functions,
  file: string,
  source: Source,
  read: ManifestReader,
): Scenario {
  const folder = dirname(file);
  const { asked, problems } = askedChecks(
    input.checks,
    input.lanes.map(({ name }) => name),
    functions,
  );
  const trust = trustOf(input.app, folder);
  refuse(
    [
      ...brokenRules(input, functions),
      ...missingPaths(input.app, folder),
      ...missingScripts(input.lanes, folder),
      ...trust.problems,
      ...problems,
      ...unreadableFlows(functions.flows, file),
    ],
    source,
  );
  const app = appOf(input.app, folder, trust.settings);
  if (input.app.manifests !== undefined && 'manifests' in app)
    refuse(unknownObjects(input, read(app.manifests)), source);
  const lanes = input.lanes.map((lane, index) =>
    functions.flows.has(index) ? flowLaneOf(lane, file, index) : withScript(laneOf(lane), lane, folder),
  );
  return {
    name: input.name,
    ...(input.description === undefined ? {} : { description: input.description }),
    file,
    seed: input.seed ?? randomInt(2 ** 32),
    targets: input.targets ?? null,
    app,
    identity: input.identity ?? {},
    accessLog: accessLogOf(input.accessLog, folder),
    ledger: input.ledger === undefined ? null : resolve(folder, input.ledger),
    lanes: [...lanes, ...(input.control === undefined ? [] : controlLanesOf(input.control, lanes))],
    steps: input.steps.map((step, index) => {
      const location = source.locate(['steps', index], 'value');
      const custom = functions.steps.get(index);
      return custom ? customStepOf(custom, index, location) : stepOf(step, index, location);
    }),
    rollback: (input.rollback ?? []).map((step, index) =>
      stepOf(step, input.steps.length + index, source.locate(['rollback', index], 'value')),
    ),
    checks: asked?.map((check, index) => ({ ...check, location: source.locate(['checks', index], 'value') })) ?? null,
    expectation: expectationOf(input),
  };
}

function accessLogOf(log: ScenarioInput['accessLog'], folder: string): Scenario['accessLog'] {
  if (log === undefined) return null;
  const { file, format } = typeof log === 'string' ? { file: log } : log;
  return { file: resolve(folder, file), ...(format !== undefined && { format }) };
}

/**
 * Reads the checks of a scenario's file, and what it expects; its other fields are left alone, so that a record can be
 * judged where nothing could be deployed. `laneNames`: those of the record.
 *
 * @throws HitlessError as loadScenario
 */
export async function loadChecks(
  file: string,
  laneNames: readonly string[],
): Promise<Pick<Scenario, 'checks' | 'expectation'>> {
  const source = await readSource(resolve(file));
  const { data, functions, problems } = takeFunctions(source.value);
  const { checks, expect } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const part = { ...(checks === undefined ? {} : { checks }), ...(expect === undefined ? {} : { expect }) };
  const checkProblems = problems.filter(({ path }) => path[0] === 'checks');
  refuse([...checkProblems, ...problemsOfChecks(part)], source);
  const input = part as Pick<ScenarioInput, 'checks' | 'expect'>;
  const { asked, problems: ofAsked } = askedChecks(input.checks, laneNames, functions);
  refuse(ofAsked, source);
  return { checks: asked, expectation: expectationOf(input) };
}

function expectationOf({ expect }: Pick<ScenarioInput, 'expect'>): Scenario['expectation'] {
  return expect ? { verdict: expect.verdict, causes: expect.causes ?? [] } : null;
}

function refuse(problems: readonly Problem[], source: Source): void {
  if (problems.length > 0) throw new InvalidScenario(problems, source);
}
