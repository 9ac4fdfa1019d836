import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { type FileLocation, HitlessError } from '../../record/error.ts';

export type FieldPath = readonly (string | number)[];

/** One object of a manifest, with the place of each of its fields. */
export interface ManifestObject {
  value: Record<string, unknown>;
  /** Where a field is written: its key, or the value where it has none. Falls back to the nearest field around it. */
  at(path: FieldPath): FileLocation;
}

/** What the API server takes at most in one request is 3 MiB; a manifest written by hand is far smaller. */
const maxFileBytes = 1024 * 1024;
/** Aliases that may be resolved in one document: more is a "billion laughs" document. */
const maxAliasCount = 100;

export function usageError(code: string, message: string, location: FileLocation, hint?: string): HitlessError {
  return new HitlessError(code, message, { blame: 'usage', location, ...(hint === undefined ? {} : { hint }) });
}

/** For what only a cluster does: the controllers behind local and docker know it and leave it. */
export function onlyOnCluster(what: string, location: FileLocation, code = 'HITLESS_LOCAL_UNSUPPORTED'): HitlessError {
  return usageError(code, `local and docker do not ${what}`, location, 'A cluster does: --target kubernetes.');
}

/** The files behind a list of files and folders; of a folder its *.yml and *.yaml, sorted by name, as kubectl takes them. */
export function manifestFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    let isFolder: boolean;
    try {
      isFolder = statSync(path).isDirectory();
    } catch (cause) {
      throw new HitlessError('HITLESS_MANIFEST_MISSING', `no such manifest: ${path}`, { blame: 'usage', cause });
    }
    if (!isFolder) return [path];
    const files = readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
    if (files.length === 0)
      throw new HitlessError('HITLESS_MANIFEST_EMPTY', `the folder ${path} holds no *.yml or *.yaml`, {
        blame: 'usage',
      });
    return files.map((name) => join(path, name));
  });
}

/** All objects of a file: one a YAML document, or the items of a List. Empty documents are left out. */
export function readObjects(file: string): ManifestObject[] {
  const lines = new LineCounter();
  return parse(file, read(file), lines).flatMap((document) => toObjects(document, file, lines));
}

function read(file: string): string {
  let bytes: number;
  try {
    bytes = statSync(file).size;
    if (bytes <= maxFileBytes) return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HitlessError('HITLESS_MANIFEST_UNREADABLE', `cannot read ${file}`, { blame: 'usage', cause });
  }
  throw usageError(
    'HITLESS_MANIFEST_TOO_LARGE',
    `the file has ${bytes} bytes, expected at most ${maxFileBytes}: a manifest is much smaller`,
    { file },
  );
}

function parse(file: string, text: string, lineCounter: LineCounter): Document.Parsed[] {
  let documents: Document.Parsed[];
  try {
    // Kubernetes reads YAML 1.1's merge keys, and refuses a key that is given twice.
    documents = [...parseAllDocuments(text, { lineCounter, merge: true, uniqueKeys: true, prettyErrors: false })];
  } catch (cause) {
    throw usageError('HITLESS_YAML', 'the YAML is nested too deeply or cannot be read', { file }, String(cause));
  }
  for (const { errors } of documents) {
    const error = errors[0];
    if (error === undefined) continue;
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const message = `not valid YAML: ${error.message.split('\n')[0] ?? error.code}`;
    throw usageError('HITLESS_YAML', message, { file, line, column: col });
  }
  return documents;
}

function toObjects(document: Document.Parsed, file: string, lines: LineCounter): ManifestObject[] {
  const at = (path: FieldPath) => locate(document, path, file, lines);
  let value: unknown;
  try {
    value = withoutNulls(document.toJS({ maxAliasCount }));
  } catch (cause) {
    const reason = cause instanceof Error && /alias/i.test(cause.message);
    throw usageError(
      'HITLESS_YAML_BOMB',
      reason ? `more than ${maxAliasCount} aliases are resolved in one document` : 'the YAML cannot be resolved',
      at([]),
      'Write the values out instead of referring to them.',
    );
  }
  if (value === undefined) return [];
  const object = asObject(value, at, []);
  if (object.value.kind !== 'List') return [object];
  const items: unknown = object.value.items;
  if (!Array.isArray(items)) throw usageError('HITLESS_MANIFEST_SHAPE', 'a List without items', at([]));
  return items.map((item: unknown, index) => asObject(item, at, ['items', index]));
}

function asObject(value: unknown, at: ManifestObject['at'], prefix: FieldPath): ManifestObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError(
      'HITLESS_MANIFEST_SHAPE',
      `expected an object with apiVersion and kind, found ${Array.isArray(value) ? 'a list' : describe(value)}`,
      at(prefix),
    );
  return { value: value as Record<string, unknown>, at: (path) => at([...prefix, ...path]) };
}

function describe(value: unknown): string {
  return value === undefined || value === null
    ? 'nothing'
    : `the ${typeof value} ${JSON.stringify(value).slice(0, 40)}`;
}

/** A field that is null is a field that is not there, as for the API server. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  const kept = Object.create(null) as Record<string, unknown>;
  for (const [key, inner] of Object.entries(value as object)) if (inner !== null) kept[key] = withoutNulls(inner);
  return { ...kept };
}

function locate(document: Document.Parsed, path: FieldPath, file: string, lines: LineCounter): FileLocation {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? document.range[0];
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const child = step(node, key);
    if (child === undefined) break;
    offset = rangeStart(child.key) ?? rangeStart(child.value) ?? offset;
    node = child.value;
  }
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

function step(node: unknown, key: string | number): { key?: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => (isScalar(item.key) ? String(item.key.value) : item.key) === String(key));
    return pair === undefined ? undefined : { key: pair.key, value: pair.value };
  }
  return isSeq(node) && typeof key === 'number' && key in node.items ? { value: node.items[key] } : undefined;
}

function rangeStart(node: unknown): number | undefined {
  return isNode(node) ? ((node as Node).range?.[0] ?? undefined) : undefined;
}
