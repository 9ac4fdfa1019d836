import { resolve } from 'node:path';
import { writeJson } from '../record/json-file.ts';

/** Headers whose values are nobody's business, as far as a name tells. */
const secretNames = /auth|cookie|token|secret|password|key/i;

/**
 * Writes the scenario of a run that has no file into its folder, and returns the path: the run can be judged by it again,
 * or done again. Values of headers that look like secrets are left out, unless they only say where the secret is (`env:NAME`).
 */
export function keepScenario(definition: unknown, folder: string): string {
  const file = resolve(folder, 'scenario.json');
  writeJson(file, JSON.parse(JSON.stringify(definition, hideSecrets)));
  return file;
}

function hideSecrets(field: string, value: unknown): unknown {
  if (field !== 'headers' || typeof value !== 'object' || value === null) return value;
  const shown = ([name, held]: [string, unknown]) => [
    name,
    secretNames.test(name) && !/^(\S+ )?env:/.test(String(held)) ? 'left-out' : held,
  ];
  return Object.fromEntries(Object.entries(value).map(shown));
}
