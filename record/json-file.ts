import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { HitlessError } from './error.ts';
import { writeWhole } from './whole-file.ts';

const ajv = new Ajv({ allErrors: true });

/** Writes whole or not at all. Throws HITLESS_RECORD_WRITE. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Throws HITLESS_RECORD_READ where it cannot be read, HITLESS_RECORD_CORRUPT where it is no JSON. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new HitlessError('HITLESS_RECORD_READ', `cannot read: ${(error as Error).message}`, {
      blame: 'environment',
      location: { file: path },
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HitlessError('HITLESS_RECORD_CORRUPT', `this is no JSON: ${(error as Error).message}`, {
      blame: 'environment',
      location: { file: path },
      cause: error,
    });
  }
}

/** Throws HITLESS_RECORD_CORRUPT with the first few places where the value is not as the schema says. */
export function assertSchema<T>(schema: object, value: unknown, what: string, path?: string): asserts value is T {
  const validate = ajv.compile(schema);
  if (validate(value)) return;
  throw new HitlessError('HITLESS_RECORD_CORRUPT', `this is no ${what}: ${sentences(validate.errors ?? [])}`, {
    blame: 'environment',
    ...(path === undefined ? {} : { location: { file: path } }),
  });
}

/** Deepest first: of a union's errors the ones inside the nearest branch say most. */
function sentences(errors: ErrorObject[]): string {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length;
  const told = errors
    .toSorted((a, b) => depth(b) - depth(a))
    .map((error) => `${error.instancePath || 'the whole'} ${error.message}`);
  return [...new Set(told)].slice(0, 3).join('; ');
}
