import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { didYouMean, nearest } from '../../record/nearest.ts';
import { type FieldPath, fieldName, type Problem, shown } from './problem.ts';

type Schema = Record<string, unknown>;

/** `missing`: the field that is not there; `meant`: the field that an unknown one is near to. */
type WordedError = Problem & { missing?: string; meant?: string };

const ajv = new Ajv({ allErrors: true, verbose: true });

/**
 * A check of values against a JSON Schema that tells each thing that is wrong once, in words. `whole`: what the value is
 * called; `root`: where it is.
 */
export function schemaProblems(
  schema: object,
  whole = 'the scenario',
): (value: unknown, root?: FieldPath) => Problem[] {
  // To compile the scenario's takes a quarter of a second, and most commands read none.
  let validate: ValidateFunction | undefined;
  return (value, root = []) => {
    validate ??= ajv.compile(schema);
    if (validate(value)) return [];
    const errors = bestBranches(validate.errors ?? []);
    return onePerField(errors.map((error) => inWords(error, [...root, ...pathOf(error.instancePath, value)], whole)));
  };
}

/**
 * Of a union whose branches have all failed, what to report: the errors of the branch whose type the value has, or,
 * where none has it, the union's own error alone.
 */
function bestBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const union = errors
    .filter((error) => error.keyword === 'anyOf')
    .sort((a, b) => a.schemaPath.length - b.schemaPath.length)[0];
  if (union === undefined) return [...errors];
  const isWithin = (error: ErrorObject) =>
    error !== union &&
    error.schemaPath.startsWith(`${union.schemaPath}/`) &&
    (error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`));
  const inside = errors.filter(isWithin);
  const fitting = (union.schema as Schema[])
    .map((_, branch) => inside.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/${branch}/`)))
    .find((branch) => !branch.some((error) => isOfAnotherKind(error, union.instancePath)));
  const others = errors.filter((error) => error !== union && !isWithin(error));
  return fitting
    ? bestBranches([...others, ...fitting])
    : [{ ...union, keyword: 'none-fits' }, ...bestBranches(others)];
}

function isOfAnotherKind(error: ErrorObject, instancePath: string): boolean {
  return error.instancePath === instancePath && ['type', 'const', 'enum'].includes(error.keyword);
}

function inWords(error: ErrorObject, path: FieldPath, whole: string): WordedError {
  const name = fieldName(path, whole);
  const schema = error.parentSchema as Schema;
  const noun = typeof schema.title === 'string' && schema.maxProperties === 1 ? schema.title : 'field';
  switch (error.keyword) {
    case 'additionalProperties': {
      const field = String(error.params.additionalProperty);
      const known = Object.keys((schema.properties as Schema | undefined) ?? {});
      const where = path.length === 0 ? '' : ` in ${name}`;
      const message = `unknown ${noun} ${shown(field)}${where}${didYouMean(field, known)}`;
      const meant = nearest(field, known);
      return { path: [...path, field], at: 'key', message, ...(meant === undefined ? {} : { meant }) };
    }
    case 'required': {
      const missing = String(error.params.missingProperty);
      return { path, at: 'value', message: `${name} lacks the field "${missing}"`, missing };
    }
    case 'maxProperties':
    case 'minProperties': {
      const keys = Object.keys(error.data as object);
      const got = keys.length === 0 ? 'an empty mapping' : keys.map(shown).join(' and ');
      return { path, at: 'value', message: `${name}: expected exactly one ${noun}, got ${got}` };
    }
    default: {
      const meant = typeof error.data === 'string' ? didYouMean(error.data, wordsOf(schema)) : '';
      const message = `${name}: expected ${expected(error, schema)}, got ${got(error)}${meant}`;
      return { path, at: 'value', message };
    }
  }
}

/** What would have been right: the bound that was overstepped, else the schema's description, else its type. */
function expected(error: ErrorObject, schema: Schema): string {
  const limit = error.params.limit;
  if (error.keyword === 'minItems') return `at least ${limit} ${limit === 1 ? 'item' : 'items'}`;
  if (error.keyword === 'maxItems') return `at most ${limit} items`;
  if (error.keyword === 'maxLength') return `at most ${limit} characters`;
  if (error.keyword === 'exclusiveMinimum') return `a number above ${limit}`;
  if (error.keyword === 'minimum' || error.keyword === 'maximum') return range(schema);
  return described(schema);
}

function got({ keyword, data }: ErrorObject): string {
  return keyword === 'maxItems' ? String((data as unknown[]).length) : shown(data);
}

function range({ type, minimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  if (maximum === undefined) return `${kind} of at least ${minimum}`;
  return minimum === undefined ? `${kind} of at most ${maximum}` : `${kind} from ${minimum} to ${maximum}`;
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

function described(schema: Schema): string {
  const words = wordsOf(schema);
  if (words.length > 0 && schema.anyOf === undefined) return words.map((word) => JSON.stringify(word)).join(' or ');
  if (typeof schema.description === 'string') return schema.description;
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(described).join(' or ');
  const kind = kinds[String(schema.type)] ?? 'another value';
  return schema.title && schema.maxProperties === 1 ? `a ${schema.title}, such as ${example(schema)}` : kind;
}

function example(schema: Schema): string {
  const first = Object.keys((schema.properties as Schema | undefined) ?? {})[0];
  return first === undefined ? '{ name: { ... } }' : `{ ${first}: {} }`;
}

/** The words that a schema allows, where it is an enumeration or has some in its branches. */
function wordsOf(schema: Schema): string[] {
  if (Array.isArray(schema.enum)) return schema.enum.map(String);
  if ('const' in schema) return [String(schema.const)];
  return Array.isArray(schema.anyOf) ? schema.anyOf.flatMap((branch) => wordsOf(branch as Schema)) : [];
}

/** A field that is missing because its name was mistyped is one problem, and so is a value that breaks two rules. */
function onePerField(problems: readonly WordedError[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, at, missing }) => {
    if (missing !== undefined && problems.some((other) => other.meant === missing && isIn(other.path, path)))
      return false;
    const field = JSON.stringify([path, at, missing ?? null]);
    if (seen.has(field)) return false;
    seen.add(field);
    return true;
  });
}

function isIn(path: FieldPath, holder: FieldPath): boolean {
  return JSON.stringify(path.slice(0, -1)) === JSON.stringify(holder);
}

/** A JSON pointer as the steps of its path; whether a step is an index, the value says. */
function pathOf(pointer: string, value: unknown): (string | number)[] {
  let holder = value;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(holder) ? Number(key) : key;
      holder = (holder as Record<string | number, unknown>)[step];
      return step;
    });
}
