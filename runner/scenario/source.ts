import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { moduleSource } from './module-source.ts';
import type { Source } from './problem.ts';
import { yamlSource } from './yaml-source.ts';

/** What a file is to hold, in the words of its messages. */
export interface FileKind {
  what: string;
  /** The function that makes one in TypeScript. */
  define: string;
  code: string;
}

const scenario: FileKind = { what: 'scenario', define: 'defineScenario', code: 'HITLESS_SCENARIO_FILE' };

/** A module in TypeScript or JavaScript. */
export const moduleFiles: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

/** How the name of a scenario's file may end, and of a config's. JSON is YAML. */
export const scenarioFiles: readonly string[] = ['.yml', '.yaml', '.json', ...moduleFiles];

/**
 * Reads a scenario's file (or one of another kind), YAML or a module, without validating what it holds.
 *
 * @throws HitlessError HITLESS_SCENARIO_FILE (the kind's code), HITLESS_YAML, HITLESS_MODULE
 */
export async function readSource(file: string, kind: FileKind = scenario): Promise<Source> {
  const extension = extname(file).toLowerCase();
  const wrong = (message: string, cause?: unknown) =>
    new HitlessError(kind.code, message, { blame: 'usage', location: { file }, cause });
  if (!scenarioFiles.includes(extension)) throw wrong(`a ${kind.what}'s file ends in ${scenarioFiles.join(', ')}`);
  try {
    if (!(await stat(file)).isFile()) throw wrong('this is no file');
    return moduleFiles.includes(extension)
      ? await moduleSource(file, kind)
      : yamlSource(file, await readFile(file, 'utf8'), kind.what);
  } catch (error) {
    if (error instanceof HitlessError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code ?? error})`, error);
  }
}
