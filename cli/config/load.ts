import { dirname, relative, resolve } from 'node:path';
import type { FileLocation } from '../../record/error.ts';
import type { CheckLevel, Level } from '../../runner/judge/levels.ts';
import { InvalidFile, type Problem, type Source } from '../../runner/scenario/problem.ts';
import { laneProblems } from '../../runner/scenario/rules.ts';
import { schemaProblems } from '../../runner/scenario/schema-problems.ts';
import { readSource } from '../../runner/scenario/source.ts';
import { urlFault } from '../../targets/address.ts';
import { type OnInconclusive, onInconclusiveOf } from '../on-inconclusive.ts';
import { budgetProblems, type CheckItem, checksOfBudgets } from './budgets.ts';
import { type ConfigInput, ConfigSchema } from './model.ts';

/** A config, read and validated. What it does not say is null, or empty. */
export interface Config {
  /** As a user would type it here. */
  file: string;
  reporters: readonly string[] | null;
  onInconclusive: OnInconclusive | null;
  levels: readonly CheckLevel[];
  /** Of verify: */
  checks: readonly CheckItem[];
  lanes: NonNullable<ConfigInput['lanes']> | null;
  control: string | null;
  /** Absolute: it is relative to the config's folder. */
  ledger: string | null;
  identity: NonNullable<ConfigInput['identity']> | null;
  locate: Source['locate'];
}

const kind = { what: 'config', define: 'defineConfig', code: 'HITLESS_CONFIG' };
const problemsOf = schemaProblems(ConfigSchema, 'the config');

/**
 * Reads a config, YAML or a module.
 *
 * @throws HitlessError HITLESS_CONFIG, HITLESS_YAML, HITLESS_MODULE, with the place in the file; InvalidFile lists all that is wrong
 */
export async function loadConfig(file: string): Promise<Config> {
  const source = await readSource(resolve(file), kind);
  refuse(problemsOf(source.value), source);
  const input = source.value as ConfigInput;
  refuse([...budgetProblems(input), ...laneProblems(input.lanes ?? []), ...controlProblems(input)], source);
  const { reporters, onInconclusive, checks = {}, budgets = {}, lanes, control, ledger, identity } = input;
  const placeOf = (...path: string[]) => placeText(source.locate(path, 'value'));
  return {
    file: shown(file),
    reporters: reporters ?? null,
    onInconclusive: onInconclusive === undefined ? null : onInconclusiveOf(onInconclusive, placeOf('onInconclusive')),
    levels: Object.entries(checks).map(([check, level]) => ({
      check,
      level: level as Level,
      by: placeOf('checks', check),
    })),
    checks: checksOfBudgets(budgets),
    lanes: lanes ?? null,
    control: control ?? null,
    ledger: ledger === undefined ? null : resolve(dirname(resolve(file)), ledger),
    identity: identity ?? null,
    locate: source.locate,
  };
}

function controlProblems({ control }: ConfigInput): Problem[] {
  const fault = control === undefined ? undefined : urlFault(control);
  return fault === undefined ? [] : [{ path: ['control'], at: 'value', message: `control: ${fault}` }];
}

function refuse(problems: readonly Problem[], source: Source): void {
  if (problems.length > 0) throw new InvalidFile('HITLESS_CONFIG', problems, source);
}

function placeText({ file, line, column }: FileLocation): string {
  return [shown(file), line, column].filter((part) => part !== undefined).join(':');
}

function shown(file: string): string {
  return relative(process.cwd(), resolve(file)) || file;
}
