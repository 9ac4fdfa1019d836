import { randomInt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { askedChecks } from './asked-checks.ts';
import { type Functions, takeFunctions } from './functions.ts';
import { laneOf } from './lanes.ts';
import { type ScenarioInput, ScenarioSchema } from './model.ts';
import { moduleSource } from './module-source.ts';
import { type Override, withOverrides } from './overrides.ts';
import { appOf, missingPaths } from './paths.ts';
import { InvalidScenario, type Problem, type Source } from './problem.ts';
import { brokenRules } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { schemaProblems } from './schema-problems.ts';
import { customStepOf, stepOf } from './steps.ts';
import { yamlSource } from './yaml-source.ts';

const yamlFiles = ['.yml', '.yaml', '.json'];
const moduleFiles = ['.ts', '.mts', '.js', '.mjs'];
export const scenarioFiles: readonly string[] = [...yamlFiles, ...moduleFiles];

const problemsOf = schemaProblems(ScenarioSchema);

/**
 * Reads a scenario (YAML, or a module that exports one), sets what the command line overrides, validates it, and fills
 * in every default. Where the scenario has no seed, one is drawn.
 *
 * @throws HitlessError with the place in the file; InvalidScenario lists all that is wrong
 */
export async function loadScenario(file: string, overrides: readonly Override[] = []): Promise<Scenario> {
  const path = resolve(file);
  const source = withOverrides(await read(path), overrides);
  const { data, functions, problems } = takeFunctions(source.value);
  refuse([...problems, ...problemsOf(data)], source);
  return complete(data as ScenarioInput, functions, path, source);
}

async function read(file: string): Promise<Source> {
  const extension = extname(file).toLowerCase();
  const wrong = (message: string, cause?: unknown) =>
    new HitlessError('HITLESS_SCENARIO_FILE', message, { blame: 'usage', location: { file }, cause });
  if (!scenarioFiles.includes(extension)) throw wrong(`a scenario's file ends in ${scenarioFiles.join(', ')}`);
  try {
    if (!(await stat(file)).isFile()) throw wrong('this is no file');
    if (moduleFiles.includes(extension)) return await moduleSource(file);
    return yamlSource(file, await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof HitlessError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code ?? error})`, error);
  }
}

/** What the schema has accepted, made whole; what only the parts together can be wrong in is found here. */
function complete(input: ScenarioInput, functions: Functions, file: string, source: Source): Scenario {
  const folder = dirname(file);
  const { asked, problems } = askedChecks(input, functions);
  refuse([...brokenRules(input, functions), ...missingPaths(input.app, folder), ...problems], source);
  return {
    name: input.name,
    ...(input.description === undefined ? {} : { description: input.description }),
    file,
    seed: input.seed ?? randomInt(2 ** 32),
    app: appOf(input.app, folder),
    identity: input.identity ?? {},
    lanes: input.lanes.map(laneOf),
    steps: input.steps.map((step, index) => {
      const location = source.locate(['steps', index], 'value');
      const custom = functions.steps.get(index);
      return custom ? customStepOf(custom, index, location) : stepOf(step, index, location);
    }),
    checks: asked?.map((check, index) => ({ ...check, location: source.locate(['checks', index], 'value') })) ?? null,
    expectation: input.expect ? { verdict: input.expect.verdict, causes: input.expect.causes ?? [] } : null,
  };
}

function refuse(problems: readonly Problem[], source: Source): void {
  if (problems.length > 0) throw new InvalidScenario(problems, source);
}
