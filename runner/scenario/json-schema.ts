import { checks } from '../check/checks.ts';
import { ScenarioSchema } from './model.ts';

/** The JSON Schema of a scenario's file for editors, with every check that ships and its options. */
export function scenarioJsonSchema(): object {
  const { $id: _, ...schema } = structuredClone(ScenarioSchema) as unknown as Record<string, unknown>;
  const properties = schema.properties as Record<string, unknown>;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    properties: {
      ...properties,
      checks: { type: 'array', maxItems: 100, items: { anyOf: [nameOfCheck(), ofChecks()] } },
    },
  };
}

function nameOfCheck(): object {
  return { enum: [...checks.keys()], description: 'the name of a check' };
}

function ofChecks(): object {
  const options = [...checks.values()].map(({ name, summary, options }) => {
    const { properties } = options as { properties?: object };
    const lane = { type: 'string', description: 'the lane that it judges, else all' };
    return [name, { ...options, description: summary, properties: { ...properties, lane } }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(options),
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  };
}
