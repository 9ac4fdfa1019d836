import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { moduleSource } from './module-source.ts';
import type { Source } from './problem.ts';
import { yamlSource } from './yaml-source.ts';

const moduleFiles = ['.ts', '.mts', '.js', '.mjs'];

/** How the name of a scenario's file may end. JSON is YAML. */
export const scenarioFiles: readonly string[] = ['.yml', '.yaml', '.json', ...moduleFiles];

/**
 * Reads a scenario's file, YAML or a module, without validating what it holds.
 *
 * @throws HitlessError HITLESS_SCENARIO_FILE, HITLESS_YAML, HITLESS_MODULE
 */
export async function readSource(file: string): Promise<Source> {
  const extension = extname(file).toLowerCase();
  const wrong = (message: string, cause?: unknown) =>
    new HitlessError('HITLESS_SCENARIO_FILE', message, { blame: 'usage', location: { file }, cause });
  if (!scenarioFiles.includes(extension)) throw wrong(`a scenario's file ends in ${scenarioFiles.join(', ')}`);
  try {
    if (!(await stat(file)).isFile()) throw wrong('this is no file');
    return moduleFiles.includes(extension) ? await moduleSource(file) : yamlSource(file, await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof HitlessError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code ?? error})`, error);
  }
}
