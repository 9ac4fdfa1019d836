import type { CommandModule } from 'yargs';
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

export const schema: CommandModule<object, { of: keyof typeof schemas }> = {
  command: 'schema [of]',
  describe: 'print a JSON Schema, for editors and other programs',
  builder: (yargs) =>
    yargs
      .positional('of', {
        type: 'string',
        choices: Object.keys(schemas) as (keyof typeof schemas)[],
        default: 'scenario' as const,
        describe: 'of what',
      })
      .example(
        '$0 schema > scenario.schema.json',
        'then in a scenario: # yaml-language-server: $schema=scenario.schema.json',
      ),
  handler: ({ of }) => {
    process.stdout.write(`${JSON.stringify(schemas[of](), null, 2)}\n`);
  },
};
