import { benchJsonSchema } from '../record/bench-result.ts';
import { resultJsonSchema } from '../record/result-file.ts';
import { scenarioJsonSchema } from '../runner/scenario/json-schema.ts';
import { configJsonSchema } from './config/model.ts';

/** The JSON Schemas that ship, by name: `schemas/NAME.json` in the package. */
export const schemas = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
  bench: benchJsonSchema,
  config: configJsonSchema,
} as const;
