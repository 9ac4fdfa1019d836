import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Result } from '../record/result.ts';

/**
 * The file that a finding of the run can be shown at: its scenario, else its config, as a path from `root`; undefined
 * where neither lies below it. A scenario that was made for the run lies in the run's folder, and is no such file.
 */
export function repositoryFile(
  { scenario, config }: Pick<Result, 'scenario' | 'config'>,
  folder: string,
  root: string = process.cwd(),
): string | undefined {
  return [scenario.file, config]
    .filter((file) => file !== undefined && file !== '')
    .filter((file) => !isBelow(folder, file as string))
    .map((file) => relative(root, resolve(file as string)))
    .find((file) => isInside(file))
    ?.replaceAll(sep, '/');
}

function isBelow(folder: string, file: string): boolean {
  return isInside(relative(resolve(folder), resolve(file)));
}

function isInside(path: string): boolean {
  return path !== '' && path.split(sep)[0] !== '..' && !isAbsolute(path);
}
