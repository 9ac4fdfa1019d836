import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FileLocation, HitlessError } from '../../record/error.ts';
import type { Source } from './problem.ts';
import type { FileKind } from './source.ts';

const ownEntry = new URL(import.meta.url.endsWith('.ts') ? '../../index.ts' : '../../index.js', import.meta.url).href;

let hooked = false;

/**
 * Reads a scenario (or what the kind says) from a module: its default export, as `defineScenario` returns it.
 *
 * @throws HitlessError HITLESS_MODULE, with the place in the file where loading it failed
 */
export async function moduleSource(file: string, { what, define }: Pick<FileKind, 'what' | 'define'>): Promise<Source> {
  prepareImports();
  const module = await load(file);
  if (!('default' in module))
    throw new HitlessError('HITLESS_MODULE', `the file exports no ${what}`, {
      blame: 'usage',
      location: { file },
      hint: `write: export default ${define}({ ... })`,
    });
  return { value: await module.default, locate: () => ({ file }) };
}

async function load(file: string): Promise<{ default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new HitlessError('HITLESS_MODULE', message.split('\n')[0] ?? message, {
      blame: 'usage',
      location: placeOfThrow(error, file),
      cause: error,
    });
  }
}

/** Node takes no types out below node_modules, where scenarios that ship are once hitless is installed. */
const typesLeftIn = /\/node_modules\/.*\.m?ts$/;

/** `import { defineScenario } from 'hitless'` works in a scenario anywhere, also where hitless is not installed beside it. */
function prepareImports(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'hitless' ? { url: ownEntry, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) => {
      if (!typesLeftIn.test(url)) return next(url, context);
      return { format: 'module', source: withoutTypes(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true };
    },
  });
}

/** Node warns that this function of its own is experimental; a user can do nothing about it. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * Where an error was thrown: the first frame of its stack that is in the file, or of a syntax error (in the file or in
 * what it imports) the `file:line` on top, with the column that the caret below it points at.
 */
export function placeOfThrow(error: unknown, file: string): FileLocation {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [first = '', ...rest] = stack.split('\n');
  const onTop = /^(\S.*):(\d+)$/.exec(first);
  if (onTop?.[1]) {
    const caret = rest.find((line) => /^ *\^+$/.test(line)) ?? '';
    return { file: pathOf(onTop[1]), line: Number(onTop[2]), column: caret.indexOf('^') + 1 || 1 };
  }
  for (const line of rest) {
    const frame = /\(?([^\s(]+):(\d+):(\d+)\)?$/.exec(line);
    if (frame?.[1] && pathOf(frame[1]) === file) return { file, line: Number(frame[2]), column: Number(frame[3]) };
  }
  return { file };
}

function pathOf(address: string): string {
  return address.startsWith('file:') ? fileURLToPath(address) : address;
}
