import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TSchema } from 'typebox';
import type { HitlessError } from '../../record/error.ts';
import { meantOrKnown, nearest } from '../../record/nearest.ts';
import { type FieldPath, type ManifestObject, usageError } from './source.ts';

const ajv = new Ajv({ strict: false, verbose: true, ownProperties: true });
const compiled = new Map<TSchema, ValidateFunction>();

/** Judges an object's fields against a schema; throws the first thing wrong with its place and what was expected. */
export function validate(object: ManifestObject, schema: TSchema): void {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = ajv.compile(schema);
    compiled.set(schema, check);
  }
  if (check(object.value)) return;
  // Of a union ajv lists what is wrong with each branch, then the union itself: the last one says it all.
  const error = check.errors?.at(-1);
  if (error !== undefined) throw explain(object, error);
}

function explain(object: ManifestObject, error: ErrorObject): HitlessError {
  const path = fieldPath(object.value, error.instancePath);
  const name = path.length === 0 ? 'the object' : path.join('.');
  const valid = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
  const unknown = (word: string) => {
    const message = `unknown field ${JSON.stringify(word).slice(1, -1)} in ${name}: ${meantOrKnown(word, valid)}`;
    return usageError('HITLESS_MANIFEST_UNKNOWN_FIELD', message, object.at([...path, word]));
  };
  if (error.keyword === 'additionalProperties') return unknown(String(error.params.additionalProperty));
  if (error.keyword === 'required') {
    const missing = String(error.params.missingProperty);
    // Most likely it is there, with a typo.
    const others = Object.keys((error.data as object | undefined) ?? {}).filter((word) => !valid.includes(word));
    const typo = others.find((word) => nearest(word, [missing]) !== undefined);
    if (typo !== undefined) return unknown(typo);
    return usageError('HITLESS_MANIFEST_MISSING_FIELD', `${name} lacks ${missing}`, object.at(path));
  }
  const expected = error.parentSchema?.description ?? `that it ${error.message ?? 'is valid'}`;
  const found = JSON.stringify(error.data)?.slice(0, 60) ?? String(error.data);
  return usageError('HITLESS_MANIFEST_VALUE', `${name} is ${found}, expected ${String(expected)}`, object.at(path));
}

function fieldPath(value: unknown, pointer: string): FieldPath {
  let here: unknown = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(here) ? Number(key) : key;
      here = (here as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}
