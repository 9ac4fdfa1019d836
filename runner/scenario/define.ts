import type { LaneDefinition } from './flows.ts';
import type { CustomCheck, CustomStep } from './functions.ts';
import type { ScenarioInput } from './model.ts';

/** A scenario in TypeScript: the fields of the YAML form, and functions as steps, as checks and as what visitors do. */
export type ScenarioDefinition = Omit<ScenarioInput, 'lanes' | 'steps' | 'checks'> & {
  lanes: readonly LaneDefinition[];
  steps: readonly (ScenarioInput['steps'][number] | CustomStep)[];
  checks?: readonly (NonNullable<ScenarioInput['checks']>[number] | CustomCheck)[];
};

/** Returns the scenario as it is: what an editor completes and checks while it is written. */
export function defineScenario(scenario: ScenarioDefinition): ScenarioDefinition {
  return scenario;
}
