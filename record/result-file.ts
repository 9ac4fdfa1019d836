import { assertSchema, readJson, writeJson } from './json-file.ts';
import { type Result, ResultSchema } from './result.ts';

/** Validates, then writes whole or not at all. Throws HITLESS_RECORD_CORRUPT, HITLESS_RECORD_WRITE. */
export function writeResult(path: string, result: Result): void {
  assertResult(result, path);
  writeJson(path, result);
}

/** Throws HITLESS_RECORD_READ, and HITLESS_RECORD_CORRUPT where it is no result of this schema version. */
export function readResult(path: string): Result {
  const value = readJson(path);
  assertResult(value, path);
  return value;
}

/** Throws HITLESS_RECORD_CORRUPT, which says where the value is no `hitless/result@1`. */
export function assertResult(value: unknown, path?: string): asserts value is Result {
  assertSchema<Result>(ResultSchema, value, 'hitless/result@1', path);
}

/** The JSON Schema (draft 7) of result.json that ships. */
export function resultJsonSchema(): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...structuredClone(ResultSchema) };
}
