import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type FileLocation, HitlessError } from '../../record/error.ts';
import type { FieldPath, Problem, Source } from './problem.ts';

/** Far above what a scenario needs: the largest that ships has 3 kB. */
const largestBytes = 1_000_000;

/** How often aliases may repeat a value, with all that it holds: a "billion laughs" file is refused, a shared lane is not. */
const mostAliases = 100;

/** Values that a scenario may hold; bounds what validating it costs. */
const mostValues = 20_000;

/**
 * Reads the text of a YAML file that holds a `what`: one document of plain data (no tags of its own, keys are text and unique, no
 * `__proto__`).
 *
 * @throws HitlessError HITLESS_YAML, with its line and column
 */
export function yamlSource(file: string, text: string, what: string): Source {
  const lines = new LineCounter();
  const at = (offset: number): FileLocation => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const wrong = (message: string, offset = 0) =>
    new HitlessError('HITLESS_YAML', message, { blame: 'usage', location: at(offset) });

  if (text.length > largestBytes) throw wrong(`the file has more than ${largestBytes / 1e6} MB, no ${what} needs that`);
  const document = parse(text, lines, wrong);
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw wrong(inWords(fault, what), fault.pos[0]);
  return { value: plainValue(document, what, wrong), locate: (path, part) => at(offsetOf(document, path, part)) };
}

function parse(text: string, lineCounter: LineCounter, wrong: (message: string) => HitlessError) {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, logLevel: 'error' });
  } catch (error) {
    // The parser recurses; text that is all brackets ends its stack.
    if (error instanceof RangeError) throw wrong('the file is nested too deeply');
    throw error;
  }
}

function plainValue(
  document: Document.Parsed,
  what: string,
  wrong: (message: string, offset?: number) => HitlessError,
): unknown {
  let firstAlias: Node | undefined;
  try {
    visit(document, {
      Alias: (_, alias) => {
        firstAlias ??= alias;
      },
      Pair: (_, { key }) => {
        if (isScalar(key) && key.value === '__proto__') throw wrong('no field is called "__proto__"', startOf(key));
      },
    });
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    if (holdsMoreThan(mostValues, value))
      throw wrong(`the file holds over ${mostValues} values, no ${what} needs that`);
    return value;
  } catch (error) {
    if (error instanceof RangeError) throw wrong('the file is nested too deeply');
    if (!(error instanceof ReferenceError)) throw error;
    const isBomb = /excessive alias/i.test(error.message);
    const message = isBomb ? `aliases (*name) repeat more than ${mostAliases} values` : firstLine(error.message);
    throw wrong(message, startOf(firstAlias));
  }
}

/** Counts a value that aliases repeat as often as it is repeated, as validating it will. */
function holdsMoreThan(most: number, value: unknown): boolean {
  const open = [value];
  for (let count = 0; open.length > 0; count++) {
    if (count > most || open.length > most) return true;
    const one = open.pop();
    if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) open.push(inner);
  }
  return false;
}

/** Where the field starts, or the nearest that holds it. */
function offsetOf(document: Document.Parsed, path: FieldPath, what: Problem['at']): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node)) {
      node = node.items[Number(part)];
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) return offset;
      const wantsKey = what === 'key' && depth === path.length - 1;
      node = wantsKey || isEmpty(pair.value) ? pair.key : pair.value;
    }
    offset = startOf(node, offset);
  }
  return offset;
}

/** A field that nothing was written for has no place of its own. */
function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && !node.source);
}

function startOf(node: unknown, otherwise = 0): number {
  return (node as Node | null | undefined)?.range?.[0] ?? otherwise;
}

/** Where yaml's own words speak of its interface, ours. */
const words: Partial<Record<YAMLError['code'], string>> = {
  DUPLICATE_KEY: 'this field is there twice',
  IMPOSSIBLE: 'the file is nested too deeply',
  NON_STRING_KEY: "a field's name must be text",
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
};

function inWords(fault: YAMLError, what: string): string {
  if (fault.code === 'MULTIPLE_DOCS') return `the file holds more than one document (---), a ${what} is one`;
  return words[fault.code] ?? firstLine(fault.message);
}

function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`;
}
