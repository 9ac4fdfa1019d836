import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, ResultSchema } from '../record/result.ts';
import type { Reporter } from './reporter.ts';

/** Writes result.json: indented, its fields in the order of the schema, so that two results can be compared by diff. */
export function json(): Reporter {
  return {
    name: 'json',
    onEnd: (result, folder) => writeFile(join(folder, 'result.json'), formatResult(result)),
  };
}

/** The result as the text of result.json. */
export function formatResult(result: Result): string {
  return `${JSON.stringify(ordered(result, ResultSchema), null, 2)}\n`;
}

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape | Shape[];
  anyOf?: Shape[];
  patternProperties?: Record<string, Shape>;
}

/** The fields that the schema names come first and in its order, others behind them by name. */
function ordered(value: unknown, schema: unknown): unknown {
  const shape = schema as Shape | undefined;
  if (Array.isArray(value)) {
    const items = shape?.items ?? alternatives(shape).find((each) => each.items)?.items;
    return value.map((item) => ordered(item, Array.isArray(items) ? undefined : items));
  }
  if (typeof value !== 'object' || value === null) return value;
  const known = shape?.properties ?? alternatives(shape).find((each) => each.properties)?.properties ?? {};
  const rest = shape?.patternProperties && Object.values(shape.patternProperties)[0];
  const fields = value as Record<string, unknown>;
  const others = Object.keys(fields).filter((key) => !Object.hasOwn(known, key));
  // A record's keys have an order of their own (byVersion: as they appeared) where the schema says it is a record.
  if (!rest) others.sort();
  const keys = [...Object.keys(known).filter((key) => Object.hasOwn(fields, key)), ...others];
  return Object.fromEntries(keys.map((key) => [key, ordered(fields[key], known[key] ?? rest)]));
}

function alternatives(shape: Shape | undefined): Shape[] {
  return shape?.anyOf ?? [];
}
